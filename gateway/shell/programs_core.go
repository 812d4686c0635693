package shell

// builtins are what the shell itself does.
var builtins = []program{
	{":|true|false", "data inert", ""},
	{"cd|chdir|pushd|popd", "code builtin", ""},
	{"dirs|times|umask|ulimit|caller|suspend|logout|bg|fg|disown|help", "data inert builtin", ""},
	{"jobs|bind|compopt", "data inert builtin", "x! p= f=! u= r= m= q="},
	{"exit|return|break|continue|shift|set|shopt|setopt|unsetopt|unset|export|declare|typeset|local|readonly|integer|float", "code builtin", ""},
	{"read|mapfile|readarray|getopts|wait|let", "code builtin", ""},
	{"eval|source|.|trap|exec|command|builtin|noglob|nocorrect|-", "code wrapper builtin", ""},
	{"alias|unalias|hash|enable|emulate|autoload|functions|zmodload|fc|history|complete|compgen|rehash", "code builtin", ""},
	{"type|where|whence", "data builtin", ""},
	{"[|test|printf|print", "code", ""},
	{"echo|pwd", "data", ""},
}

// coreutils are those of GNU, BSD and busybox that come with every system.
var coreutils = []program{
	{"cat|tac|rev|nl|sum|cksum|b2sum|md5sum|sha1sum|sha224sum|sha256sum|sha384sum|sha512sum|md5|shasum|crc32", "read", "a,algorithm= l,length="},
	{"head|tail", "read calm", "n,lines= c,bytes= s,sleep-interval= pid= max-unchanged-stats="},
	{"wc", "read", "files0-from=< total="},
	{
		"ls|dir|vdir|exa|eza|lsd",
		"names",
		"I,ignore= hide= w,width= T,tabsize= block-size= color=? sort= time= time-style= format= quoting-style= " +
			"indicator-style= level= L=",
	},
	{"stat", "names", "c,format= printf= f= t="},
	{"du", "names", "d,max-depth= t,threshold= B,block-size= exclude= X,exclude-from=< files0-from=< time=? time-style="},
	{"df|findmnt|lsblk", "names", "t,type= x,exclude-type= B,block-size= output= o="},
	{
		"basename|dirname|seq|yes|factor|nproc|uname|logname|whoami|groups|users|tty|hostid|sleep|usleep|getconf|" +
			"locale|lsb_release|sw_vers|tput|clear|cal|ncal|banner|figlet",
		"data",
		"s,suffix= separator= f,format=",
	},
	{"id|who|w|last|lastlog|uptime|free|vmstat|iostat|mpstat|lscpu|lsusb|lspci|lsmod|lsns|printenv", "data", ""},
	{"cowsay|cowthink", "data", "f=! e= T= W="},
	{"realpath|readlink|pathchk|which|whereis|locate|mountpoint|namei", "names", "relative-to= relative-base="},
	{"expr", "data", ""},
	{"date", "code", "d,date= f,file=< r,reference=< s,set=^ I=? iso-8601=? rfc-3339="},
	{"hostname", "code", "F,file=^ b,boot^"},
	{"od|hexdump|hd", "read", "A,address-radix= t,format= j,skip-bytes= N,read-bytes= w=? n= s= e= f=<"},
	{"xxd", "code", "c,cols= g,groupsize= l,len= s,seek= o= R="},
	{"base64|base32|basenc|uuencode", "read", "w,wrap= i=< input=< o=> output=> D= b="},
	{"uudecode", "read outside", "o,output-file=>"}, // writes the file that its input names
	{
		"comm|join|paste|fold|fmt|expand|unexpand|pr|tsort|look",
		"read",
		"output-delimiter= d,delimiters= w,width= t= j= 1= 2= o= e= a= v= i= N= l= h= n= s= S= p=",
	},
	{"cut", "read", "b,bytes= c,characters= d,delimiter= f,fields= output-delimiter="},
	{"column", "read", "c= s= o= N= t R= H= E= T= W= l= d table-columns= separator= output-separator= output-width="},
	{"tr", "data", ""},
	{
		"sort",
		"read",
		"k,key= t,field-separator= o,output=> T,temporary-directory=+ compress-program=! S,buffer-size= batch-size= " +
			"parallel= sort=? files0-from=< random-source=< check=?",
	},
	{"uniq", "code", "f,skip-fields= s,skip-chars= w,check-chars= group=? all-repeated=? D"},
	{"shuf", "code", "e,echo i,input-range= n,head-count= o,output=> random-source=< z r,repeat"},
	{"tee", "code", "a,append output-error=? p"},
	{
		"split",
		"code",
		"a,suffix-length= b,bytes= C,line-bytes= l,lines= n,number= t,separator= filter=! additional-suffix= e d x " +
			"numeric-suffixes=? hex-suffixes=? p=",
	},
	{"csplit", "read here", "b,suffix-format= f,prefix=+ n,digits="},
	{"touch", "write", "d,date= t= r,reference=< time="},
	{"mkdir", "code", "m,mode= p v context=? Z"},
	{"mkfifo|mknod", "write", "m,mode="},
	{"mktemp", "code", "p,tmpdir=? suffix= d q u t"},
	{"rm", "code", "r,R,recursive f,force i I v d,dir interactive=? one-file-system no-preserve-root preserve-root=?"},
	{"rmdir|unlink", "code", ""},
	{"trash|trash-put|gio-trash|rmtrash", "delete", ""},
	{"rimraf|del-cli", "code", ""},
	{"gio", "sub unknown", ""},
	{"gio trash|gio remove", "delete", "f,force empty^ list restore=^"},
	{"gio cat|gio info|gio list|gio tree", "names", ""},
	{"gio open|gio launch", "opaque", ""},
	{"gio copy|gio move|gio save|gio set|gio mkdir|gio rename|gio mount", "unknown outside", ""},
	{"sponge", "overwrite", "a"},
	{"shred|srm|wipe", "code", "n,iterations= s,size= u remove=? random-source=< f z v x"},
	{"truncate", "overwrite", "s,size= r,reference=< c o"},
	{"fallocate", "overwrite", "l,length= o,offset= n d"},
	{
		"cp|gcp",
		"code",
		"t,target-directory= S,suffix= backup=? b n,no-clobber r,R,recursive a,archive T,no-target-directory l,link s,symbolic-link " +
			"P,no-dereference d f,force " +
			"i v u p preserve=? no-preserve= sparse= reflink=? x update=? context=? parents",
	},
	{"mv|gmv", "code", "t,target-directory= S,suffix= backup=? b n,no-clobber T,no-target-directory f i v u update=? strip-trailing-slashes"},
	{"ln|gln", "code", "t,target-directory= S,suffix= backup=? b f,force s,symbolic n,no-dereference T,no-target-directory r,relative v i L P"},
	{"install|ginstall", "code", "t,target-directory= S,suffix= backup=? b d,directory m,mode= o,owner= g,group= D T s strip-program=! v C c p"},
	{"dd", "code", ""},
	{
		"chmod|chown|chgrp|chattr|setfacl|xattr|setfattr|chflags|lchown",
		"code",
		"reference=< R,recursive h f c v H L P preserve-root no-preserve-root from= m= x= b n= v= w=",
	},
	{"getfacl|lsattr|getfattr", "names", ""},
	{"sync|mesg", "data", ""},
	{"stty", "data", "F,file=+ f=+"},
	{"numfmt", "data", "from= to= field= d,delimiter= format= header=? padding= round= suffix= from-unit= to-unit= invalid="},
	{
		"cmp|diff|diff3|colordiff",
		"read",
		"n,bytes= i,ignore-initial= U,unified=? C,context=? I,ignore-matching-lines= x,exclude= X,exclude-from=< " +
			"W,width= F,show-function-line= S,starting-file= a,text l,paginate! L,label= to-file=< from-file=< " +
			"color=? palette= tabsize= D,ifdef= diff-program=!",
	},
	{"wdiff|dwdiff", "read", "a,auto-pager! d,diff-input w,start-delete= x,end-delete= y,start-insert= z,end-insert= profile=! diff-program=!"},
	{"sdiff", "read", "o,output=! diff-program=! w,width= I="},
	{"file", "read", "m,magic-file=< f,files-from=< e,exclude= F,separator= P,parameter= C,compile*"},
	{"tree", "code", "o=> L= P= I= H= T= R* charset= filelimit= timefmt= sort=? fromfile gitfile=< infofile=<"},
	{
		"cross-env|env-cmd|gtimeout|xvfb-run|dbus-run-session|dbus-launch|daemonize|systemd-cat|torsocks|torify|" +
			"proxychains|proxychains4|" +
			"env|arch|nice|nohup|ionice|chrt|taskset|stdbuf|setsid|time|timeout|unbuffer|setarch|linux32|linux64|i386|" +
			"x86_64|numactl|prlimit|cpulimit|chronic|catchsegv|caffeinate|systemd-inhibit|winpty|rlwrap|firejail|faketime|" +
			"eatmydata",
		"code wrapper",
		"",
	},
	{"choom", "run", "n,adjust= p,pid*"},
	{"dumb-init|tini|catatonit", "run", "r,rewrite= c,single-child v,verbose s g w p= e="},
	{"ifne|ts-node-dev|chpst|softlimit|cgexec|setlock|envchain|multitime|heaptrack|uftrace", "unknown run", "n u= U= b= e=* /= n= l= L= m= d= o= p= f= c= g= a= r= t= v"},
	{"setuidgid|envuidgid|s6-setuidgid", "privilege run1", ""},
	{"envdir|lckdo", "unknown run1", ""},
	{"concurrently|mpirun|mpiexec|srun|sbatch|qsub|bsub|tsp|nq|pm2|forever|supervisorctl|doppler|dotenv|dotenvx|aws-vault|chamber|foreman", "opaque", "version#"},
	{"xargs|gxargs", "code", ""},
	{"busybox|toybox|coreutils", "code wrapper", ""},
	{"find|gfind|bfs", "code", ""},
	{"flock|lockf|strace|ltrace|chroot|unshare|nsenter|setpriv|capsh|proot|fakeroot|bwrap", "code wrapper", ""},
	{"sudo|doas|su|runuser|pkexec|gosu|su-exec|sudoedit|run0|sg|newgrp", "code wrapper", ""},
	{"sh|bash|dash|zsh|ksh|ash|mksh|rbash|fish|csh|tcsh|pwsh|powershell|elvish|nu|xonsh|yash", "code shell", ""},
}
