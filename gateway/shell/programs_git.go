package shell

// gitCommands are git's own, by subcommand. What could make git run a program
// is listed with each; git.go reads what stands before the subcommand, and the
// subcommands marked code.
var gitCommands = []program{
	{"git", "code", ""},
	{
		"git status|git ls-files|git ls-tree|git rev-list|git rev-parse|git merge-base|git for-each-ref|git show-ref|git show-branch|git count-objects|git check-ignore|git check-attr|git check-mailmap|git check-ref-format|git name-rev|git describe|git var|git version|git cherry|git verify-pack|git diff-tree|git diff-files|git diff-index|git range-diff|git patch-id|git get-tar-commit-id|git column|git stripspace|git merge-tree|git whatchanged|git shortlog|git diff|git log|git show|git annotate|git blame|git diff-pairs|git last-modified|git cat-file|git fmt-merge-msg|git reflog show|git stash list|git stash show|git worktree list|git submodule status|git submodule summary|git notes list|git notes show|git bundle verify|git bundle list-heads|git bisect log|git sparse-checkout list|git lfs ls-files|git lfs status|git lfs version|git lfs env|git refs list|git refs exists",
		"git-read", "output=> ext-diff! textconv* filters* show-signature* exec=! upload-pack=! open-files-in-pager=?! O=< contents=< ignore-revs-file=< S= G= L= U,unified=? n,max-count= author= committer= grep= since= until= after= before= format= pretty=? date= stat=? skip= color=? diff-filter= inter-hunk-context= word-diff=? word-diff-regex= decorate=? abbrev=? exclude= glob= branches=? tags=? remotes=? sort= contains=? points-at= count= merged=? no-merged=? x= X= text patch p filter= ws-error-highlight= diff-algorithm= anchored= submodule=? ignore-submodules=? untracked-files=? u=? porcelain=? find-object= find-copies find-copies-harder find-renames=? follow full-diff exclude-standard exclude-from=< exclude-per-directory= i o show-notes=? show-pulls full-index first-parent name-only name-status oneline graph all",
	},
	{"git hash-object", "git-read", "path= t= w* stdin-paths stdin literally no-filters"},
	{"git grep", "git-read", "O,open-files-in-pager=?! textconv* ext-grep! f=< e= A= B= C= m= threads= max-depth= color=?"},
	{
		"git fsck|git write-tree|git mktree|git update-server-info|git pack-refs|git commit-graph|git multi-pack-index|" +
			"git index-pack|git unpack-objects|git rerere|git update-index|git replace|git repack|git refs",
		"git-write",
		"exec=! o=> object-dir=+",
	},
	{"git read-tree", "code", "index-output=> prefix= u m i n,dry-run reset"},
	{"git pack-objects", "code", "stdout window= depth= threads= max-pack-size="},
	{"git unpack-file", "git-here", ""},
	{"git maintenance", "code", "task= schedule=? scheduler= config-file=+ auto quiet"},
	{"git backfill", "code", "min-batch-size= sparse"},
	{"git add|git stage", "git-write", "n,dry-run pathspec-from-file=< i,interactive! p,patch! e,edit! chmod="},
	{
		"git commit",
		"git-commit",
		"m,message= F,file=< t,template=< author= date= C,reuse-message= c,reedit-message=! fixup= squash= " +
			"S,gpg-sign=?* trailer= cleanup= pathspec-from-file=< e,edit! p,patch! interactive! dry-run# u=? q v a s n",
	},
	{
		"git merge|git cherry-pick|git revert|git am|git subtree|git notes|git quiltimport",
		"git-commit git-tree",
		"m,message= F,file=< s,strategy=* X,strategy-option= S,gpg-sign=?* exec=! e,edit! into-name= cleanup= " +
			"patch-format= directory= exclude= include= whitespace= C=? p= n",
	},
	{"git rebase", "git-commit git-tree", "x,exec=! i,interactive! edit-todo! onto= s,strategy=* X,strategy-option= S,gpg-sign=?* whitespace= C=? empty="},
	{"git commit-tree", "git-commit", "m= F=< p= S=?*"},
	{
		"git tag",
		"code",
		"m,message= F,file=< u,local-user=* s,sign* v,verify* d,delete l,list=? n=? contains=? no-contains=? merged=? " +
			"no-merged=? points-at=? sort= format= cleanup= e,edit! a,annotate f,force column=? color=? i trailer= " +
			"create-reflog",
	},
	{
		"git branch",
		"code",
		"d,delete D m,move M c,copy C f,force l,list=? a,all r,remotes v,verbose vv u,set-upstream-to= t,track=? " +
			"unset-upstream edit-description! contains=? no-contains=? merged=? no-merged=? points-at= sort= format= " +
			"show-current column=? color=? abbrev=? i q",
	},
	{
		"git checkout",
		"code",
		"b= B= orphan= f,force p,patch! t,track=? d,detach m,merge q 2,ours 3,theirs conflict= pathspec-from-file=< l " +
			"recurse-submodules=? overlay no-overlay ignore-skip-worktree-bits guess no-guess",
	},
	{"git switch", "code", "c,create= C,force-create= orphan= f,force discard-changes d,detach t,track=? m,merge q conflict= guess no-guess"},
	{"git restore", "code", "s,source= S,staged W,worktree p,patch! q 2,ours 3,theirs m,merge conflict= pathspec-from-file=< overlay"},
	{"git reset", "code", "hard merge keep soft mixed p,patch! q pathspec-from-file=< N"},
	{"git clean", "code", "n,dry-run f,force d x X i,interactive! e,exclude= q"},
	{"git stash", "code", "m,message= p,patch! u,include-untracked a,all k,keep-index S,staged q pathspec-from-file=< index"},
	{"git rm", "code", "cached r f,force n,dry-run q pathspec-from-file=< ignore-unmatch"},
	{"git mv", "code", "f,force k n,dry-run v"},
	{
		"git config",
		"code",
		"global system local worktree f,file= blob= l,list get get-all get-regexp get-urlmatch get-color get-colorbool " +
			"name-only show-origin show-scope z,null type= bool int path default= e,edit! add unset unset-all replace-all " +
			"rename-section remove-section includes comment= all value= fixed-value regexp url=",
	},
	{"git remote", "code", "v,verbose t= m= f! mirror=? tags n"},
	{"git worktree", "code", "b= B= f,force d,detach q orphan lock reason= track n,dry-run expire= v porcelain z"},
	{"git init", "code", "q,quiet bare template=* separate-git-dir=+ object-format= ref-format= b,initial-branch= shared=?"},
	{
		"git apply",
		"code",
		"stat numstat summary check 3,3way p= C= directory= unsafe-paths^ index cached R,reverse exclude= include= " +
			"whitespace= build-fake-ancestor=> N,intent-to-add v q reject apply",
	},
	{"git bisect", "code", ""},
	{
		"git reflog",
		"code",
		"expire= expire-unreachable= all output=> ext-diff! textconv* show-signature* n,max-count= format= pretty=? " +
			"date= O=< S= G=",
	},
	{"git gc|git prune|git prune-packed|git pack-redundant", "code", "prune=? aggressive auto force expire= n,dry-run v q"},
	{"git update-ref|git symbolic-ref", "code", "d,delete m= stdin no-deref z q short"},
	{"git sparse-checkout", "code", ""},
	{
		"git format-patch",
		"code",
		"o,output-directory=+ output=> stdout n k s start-number= subject-prefix= to= cc= from=? in-reply-to= " +
			"signature= signature-file=< base= v,reroll-count= suffix= attach=? ext-diff! textconv*",
	},
	{"git bundle", "code", "version= q,quiet progress all-progress"},
	{"git archive", "code", "o,output=> remote=@ exec=! format= prefix= add-file=< l,list"},
	{"git checkout-index|git merge-file|git merge-index|git merge-one-file", "git-over", "prefix=+ temp a f"},
	{
		"git fetch|git fetch-pack|git remote-update",
		"code",
		"upload-pack=! u p,prune depth= j,jobs= recurse-submodules=? o,server-option= refmap= shallow-since= " +
			"shallow-exclude= negotiation-tip= filter= set-upstream exec=! multiple all t f k",
	},
	{
		"git pull",
		"code",
		"upload-pack=! r,rebase=? s,strategy=* X,strategy-option= depth= j,jobs= S,gpg-sign=?* o,server-option= " +
			"shallow-since= e,edit! m=",
	},
	{
		"git push|git send-pack",
		"code",
		"receive-pack=! exec=! f,force force-with-lease=? force-if-includes d,delete mirror prune all tags follow-tags " +
			"u,set-upstream o,push-option= repo= recurse-submodules=? signed=?* n,dry-run q v",
	},
	{
		"git clone",
		"code",
		"u,upload-pack=! c,config=! template=* separate-git-dir=+ b,branch= o,origin= depth= j,jobs= reference= " +
			"reference-if-able= server-option= shallow-since= shallow-exclude= recurse-submodules=? filter= bundle-uri=@ " +
			"ref-format= l s n q bare mirror",
	},
	{"git ls-remote", "code", "upload-pack=! exec=! o,server-option= sort= h t,tags b,branches heads refs q get-url symref exit-code"},
	{"git submodule", "code", "b,branch= name= reference= depth= j,jobs= f,force q init recursive remote"},
	{"git lfs", "code", ""},
	{"git request-pull", "git-net", ""},
	{"git bugreport|git diagnose", "git-here", "o,output-directory=+ s,suffix="},
	{"git interpret-trailers", "git-read", "in-place~ trailer= where= if-exists= if-missing="},
	{"git mailinfo", "code", "encoding= quoted-cr= k b u n m scissors"},
	{"git mailsplit", "code", "o= f=? d=? b keep-cr mboxrd"},
	{
		"git send-email|git imap-send|git svn|git p4|git cvsimport|git http-fetch|git http-push|git remote-http|" +
			"git remote-https|git archimport|git scalar|git http-backend|git credential|git credential-store|" +
			"git credential-cache",
		"network opaque",
		"",
	},
	{
		"git filter-branch|git filter-repo|git fast-import|git fast-export|git difftool|git mergetool|git daemon|" +
			"git instaweb|git web--browse|git gui|git gitk|git citool|git shell|git upload-pack|git receive-pack|" +
			"git upload-archive|git hook|git for-each-repo|git remote-ext|git remote-fd|git fsmonitor--daemon|git help|" +
			"git cvsserver|git cvsexportcommit",
		"opaque",
		"",
	},
}
