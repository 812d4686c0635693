package shell

// textTools search, show and change text.
var textTools = []program{
	{
		"grep|egrep|fgrep|zgrep|zegrep|zfgrep|bzgrep|xzgrep|ggrep",
		"code",
		"e,regexp=& f,file=< A,after-context= B,before-context= C,context= m,max-count= d,directories= D,devices= " +
			"include= exclude= exclude-from=< exclude-dir= label= color=? colour=? binary-files= r,R,recursive P E F G",
	},
	{
		"rg|ripgrep",
		"code",
		"e,regexp=& f,file=< A,after-context= B,before-context= C,context= m,max-count= g,glob= iglob= t,type= " +
			"T,type-not= type-add= type-clear= j,threads= d,max-depth,maxdepth= M,max-columns= r,replace= E,encoding= " +
			"color= colors= sort= sortr= ignore-file=< pre=! pre-glob= hostname-bin=! hyperlink-format= path-separator= " +
			"max-filesize= dfa-size-limit= regex-size-limit= engine= context-separator= field-context-separator= " +
			"field-match-separator= generate= files type-list stop-on-nonmatch z,search-zip",
	},
	{
		"ag|ack|pt|ugrep",
		"pattern tree",
		"A,after= B,before= C,context= G,file-search-regex= m,max-count= ignore= ignore-dir= pager=! " +
			"p,path-to-ignore=< filter=! output= type= save-config* config=! view=! Q",
	},
	{"ug", "unknown tree", ""}, // reads options from .ugrep where it runs, which may name programs
	{
		"fd|fdfind",
		"code",
		"x,exec! X,exec-batch! e,extension= t,type= d,max-depth,maxdepth= min-depth= exact-depth= E,exclude= " +
			"ignore-file=< c,color= j,threads= S,size= changed-within= changed-before= newer= older= o,owner= " +
			"base-directory= path-separator= search-path= max-results= and= batch-size= format= hyperlink=?",
	},
	{
		"sed|gsed",
		"code",
		"n,quiet,silent e,expression=& f,file=! E,r,regexp-extended i,in-place=?~ I=~ s,separate u,unbuffered z,null-data " +
			"l,line-length= posix debug follow-symlinks sandbox b,binary",
	},
	{
		"awk|gawk|mawk|nawk|goawk",
		"code",
		"F,field-separator= v,assign= f,file=! e,source=! i,include=! l,load=! E,exec=! D,debug=?! o,pretty-print=?> " +
			"p,profile=?> d,dump-variables=?> L,lint=? S,sandbox b,characters-as-bytes O,optimize s,no-optimize t,lint-old " +
			"r,re-interval n,non-decimal-data M,bignum N,use-lc-numeric P,posix c,traditional C,copyright g,gen-pot h k,csv W=!",
	},
	{"jq|gojq|jaq", "code", "f,from-file=< i,in-place args jsonargs indent= L,library-path= tab e,exit-status"},
	{"yq", "code", "i,inplace~ o,output-format= p,input-format= I,indent= P,prettyPrint from-file=< s,split-exp=! split-exp-file=! e,exit-status"},
	{
		"xmllint",
		"read single",
		"output=> o=> shell! schema=< relaxng=< schematron=< xpath= format encode= pretty= maxmem= pattern= path=@ noout nonet " +
			"noent@ loaddtd@ dtdattr@ valid@ postvalid@ dtdvalid=@ dtdvalidfpi=@ xinclude@ noxincludenode@ catalogs@ sgml@ insert",
	},
	{"xsltproc", "read unknown", "o,output=>"},
	{"iconv", "read", "f,from-code= t,to-code= o,output=>"},
	{"dos2unix|unix2dos|mac2unix", "write", "n! o"},
	{"less|more|most|pg|lv|zless|zmore", "opaque read", ""},
	{
		"bat|batcat",
		"read",
		"l,language= H,highlight-line= theme= style= color= decorations= paging= pager=! r,line-range= map-syntax= m= " +
			"tabs= wrap= terminal-width= file-name= diff-context= generate-config-file^ build^ clear^ target=+ source=<",
	},
	{"man|info|apropos|whatis|tldr", "unknown", "P,pager=! H,html=?! C,config-file=! k f M= s= S="},
	{
		"ed|ex|vi|vim|vimdiff|view|gvim|nvim|nano|rnano|pico|emacs|emacsclient|joe|micro|hx|kak|mcedit|mc|code|cursor|" +
			"windsurf|subl|zed|idea|gedit|kate|mate|rvim",
		"opaque read",
		"",
	},
	{
		"watch|parallel|sem|entr|nodemon|watchexec|script|expect|screen|zellij|byobu|dtach|abduco|inotifywait|fswatch|" +
			"at|batch|atq|atrm|xdotool|osascript|ttyd|reptyr",
		"opaque",
		"",
	},
	{"tmux", "opaque first", "V#"},
	{"fzf|sk|peco|percol|dialog|whiptail|zenity", "opaque", ""},
	{"patch", "here unknown write", "i,input=< o,output=> r,reject-file=> p,strip= d,directory=+ e,ed! b dry-run D,ifdef= F,fuzz= V= B= Y= z="},
	{"tokei|scc", "names tree", "o=> output=> e,exclude= t,type= f,format= s,sort= i= x= exclude-dir= include-ext= format-multi=!"},
	{
		"shellcheck|hadolint|yamllint|typos|codespell",
		"read",
		"s,shell= e,exclude= f,format= S,severity= P,source-path= w,write-changes~ i,interactive= c,config= d= rcfile= " +
			"x,external-sources o,enable= C,color=? W,wiki-link-count= I,ignore-words=",
	},
	{"lychee|linkchecker|muffet", "network", "o,output=>"},
	{
		"pandoc",
		"read unknown",
		"o,output=> f,from= t,to= F,filter=! L,lua-filter=! pdf-engine=! template=< extract-media=+ d,defaults=! " +
			"data-dir=! log=>",
	},
	{"envsubst|gettext|ngettext", "read", ""},
	{"m4|dc", "opaque", ""},
	{"bc", "read", ""},
	{"mlr|xsv|qsv|csvcut|csvgrep|csvlook|datamash|gron|fx|pup|xq|dasel|xmlstarlet|pv", "unknown", ""},
	{"rename|prename|mmv|vidir|vipe|pee|detox", "opaque", ""},
	{
		"convert|magick|mogrify|identify|ffmpeg|ffprobe|sox|gs|inkscape|dot|gnuplot|exiftool|optipng|qpdf|pdftk|" +
			"pdftotext|tesseract|wkhtmltopdf|mmdc",
		"code given unknown here",
		"",
	},
	{"tidy", "read", "m,modify~ o,output=> f,file=> config=*"},
	{
		"clang-format|gofmt|gofumpt|goimports|rustfmt|shfmt|stylua|nixfmt|ktlint|swiftformat|dprint|taplo|buildifier|" +
			"autopep8|yapf|black|isort|prettier|biome|standard|djlint|sqlfluff|google-java-format|perltidy",
		"code formatter",
		"w,write~ i~ l,list d,diff r=! e,exec=! config=* c,check cpuprofile=> output=> o=> style= assume-filename= " +
			"lines= offset= length= sort-includes local= srcdir= s n f",
	},
}
