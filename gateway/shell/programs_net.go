package shell

// networkTools speak to other machines, or to this one over a socket.
var networkTools = []program{
	{
		"curl",
		"code",
		"o,output=> O,remote-name remote-name-all J,remote-header-name output-dir= d,data=@ data-raw=@ data-binary=@ " +
			"data-ascii=@ data-urlencode=@ json=@ F,form=@ form-string=@ T,upload-file=< K,config=! D,dump-header=> " +
			"c,cookie-jar=> b,cookie= H,header= X,request= A,user-agent= e,referer= u,user= U,proxy-user= x,proxy= " +
			"preproxy= socks5= socks5-hostname= socks4= resolve= connect-to= m,max-time= connect-timeout= retry= " +
			"retry-delay= retry-max-time= w,write-out= r,range= C,continue-at= E,cert= key= cacert= capath= ciphers= " +
			"tls-max= trace=> trace-ascii=> stderr=> libcurl=> netrc-file=< Y= y= z,time-cond= limit-rate= max-redirs= " +
			"max-filesize= interface= dns-servers= doh-url= unix-socket= abstract-unix-socket= url= Q,quote= P,ftp-port= " +
			"t,telnet-option= proto= proto-redir= proto-default= etag-save=> etag-compare=< hsts=> alt-svc=> ssl-sessions=> engine=! " +
			"p,proxytunnel create-file-mode= variable= aws-sigv4= oauth2-bearer= parallel-max= rate= crlfile= " +
			"pinnedpubkey= L,location s,silent S,show-error f,fail g k,insecure v i I,head G n,netrc 0 1 2 3 4 6 N a B j l " +
			"M q R Z",
	},
	{
		"wget|wget2",
		"code",
		"O,output-document=> P,directory-prefix= o,output-file=> a,append-output=+ i,input-file=< e,execute=! config=! " +
			"use-askpass=! post-file=< body-file=< post-data= body-data= method= header= U,user-agent= user= password= " +
			"referer= load-cookies=< save-cookies=> T,timeout= t,tries= w,wait= Q,quota= l,level= A,accept= R,reject= " +
			"D,domains= I= X= B,base= cut-dirs= limit-rate= warc-file=> rejected-log=> ca-certificate= certificate= " +
			"private-key= hsts-file=> N c,continue q,quiet v S r,recursive p,page-requisites k,convert-links m,mirror nc " +
			"no-check-certificate content-disposition spider b",
	},
	{"ssh|mosh|autossh|sshpass|slogin|et|telnet|rlogin|rsh|rexec", "code remote", "V# o= i=< p= l= L= R= D= J= W= w= F=! E=> b= c= e= m= O= Q= S= B= I=!"},
	{"scp|sftp|lftp|ftp|ncftp|tftp|rclone|s3cmd|unison|restic|borg|duplicity", "code remote", ""},
	{
		"rsync",
		"code",
		"e,rsh=! rsync-path=! f,filter= exclude= include= exclude-from=< include-from=< files-from=< log-file=+ " +
			"backup-dir=+ partial-dir=+ T,temp-dir=+ compare-dest= copy-dest= link-dest= bwlimit= timeout= contimeout= " +
			"port= password-file=< early-input=< max-size= min-size= max-delete= out-format= info= debug= chmod= chown= " +
			"usermap= groupmap= suffix= B,block-size= compress-level= skip-compress= iconv= M,remote-option=! address= " +
			"sockopts= write-batch=> only-write-batch=> read-batch=< daemon! config=! modify-window= delete del " +
			"delete-before delete-during delete-delay delete-after delete-excluded remove-source-files n,dry-run a r v z P " +
			"stop-after= stop-at= checksum-choice= protocol=",
	},
	{"nc|ncat|netcat|socat|cryptcat|pwncat", "network opaque", ""},
	{
		"ping|ping6|fping|arping|hping3|traceroute|traceroute6|tracepath|mtr|nslookup|dig|host|drill|dog|whois|nmap|" +
			"masscan|iperf|iperf3|speedtest-cli|snmpwalk|ldapsearch|rpcinfo|showmount|smbclient|tcpdump|tshark|ntpdate|" +
			"dhclient|avahi-browse|dns-sd|arp-scan|speedtest|chronyc|freshclam|sshfs|curlftpfs|nikto|gobuster|ffuf|sqlmap|" +
			"hydra|sslscan|ssh-audit|subfinder|nuclei|bettercap|rdate|sntp|ldapadd|ldapmodify|snmpget|snmpset|whatweb",
		"network",
		"",
	},
	{
		"http|https|xh|grpcurl|websocat|wscat|hey|wrk|ab|siege|vegeta|k6|aria2c|axel|yt-dlp|youtube-dl|newman|" +
			"mosquitto_pub|mosquitto_sub|httpie|lwp-request|lwp-download|fetch|ftpget|ftpput",
		"network unknown",
		"",
	},
	{
		"ngrok|cloudflared|lt|localtunnel|tailscale|wg|wg-quick|openvpn|chisel|sshuttle|sshd|nginx|httpd|apachectl|" +
			"caddy|haproxy|redis-server|mongod|mysqld|postgres|pg_ctl|serve|http-server|live-server|json-server|gunicorn|" +
			"uvicorn|flask|django-admin|streamlit|jupyter|mitmproxy|mitmdump|tor",
		"network unknown",
		"",
	},
	{
		"psql|mysql|mariadb|mysqldump|mysqladmin|pg_dump|pg_restore|createdb|dropdb|redis-cli|mongo|mongosh|mongodump|" +
			"mongorestore|cqlsh|influx|clickhouse-client|sqlcmd|sqlplus|usql|pgcli|mycli|duckdb|sqlite3|sqlite|etcdctl|" +
			"kcat|bq",
		"network opaque",
		"",
	},
	{"svn|hg|bzr|fossil|cvs|p4|jj|sl|darcs|repo|git-lfs|tig|lazygit|gitui|hub", "unknown network", ""},
}

// archivers pack and unpack.
var archivers = []program{
	{"tar|gtar|bsdtar|star", "code", ""},
	{
		"zip",
		"code",
		"b=+ d i= x= n= O,output-file=> P,password= T,test unzip-command=! t= tt= r m,move u g,grow R s= sf e q v j D " +
			"y X 0 1 2 3 4 5 6 7 8 9",
	},
	{"unzip", "code", "d= x= P= O= I= l t p c Z v z o n u a j q C L X"},
	{"lz4cat", "read", "rm% D=<"},
	{"zipinfo|zcat|bzcat|xzcat|lzcat|gzcat|zdiff|zcmp|bzdiff|xzdiff|xzcmp|funzip", "read", ""},
	{"zstdcat", "read", "o,output=> output-dir-flat=+ output-dir-mirror=+ filelist=! trace=> rm% D=< threads= memlimit="},
	{
		"gzip|gunzip|bzip2|bunzip2|xz|unxz|lzma|unlzma|zstd|unzstd|lz4|unlz4|compress|uncompress|brotli|pigz|unpigz|" +
			"lzop|pbzip2|pixz|lzip",
		"code squeezer",
		"c,stdout,to-stdout k,keep d,decompress,uncompress t,test l,list f,force S,suffix= o,output=> T,threads= " +
			"M,memlimit= D=< rm% output-dir-flat=+ output-dir-mirror=+ filelist=! files=?! files0=?! patch-from=< trace=> 0 1 2 3 4 5 6 7 8 9 b= p=",
	},
	{"7z|7za|7zr|rar|unrar|unar|ar|cpio|pax|dpkg-deb|rpm2cpio|cabextract|atool|jar|asar|mksquashfs|unsquashfs|xorriso", "code given unknown here", ""},
}
