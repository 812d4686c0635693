package shell

// systemTools look at the machine or change it.
var systemTools = []program{
	{
		"ps|pgrep|pidof|pstree|pwdx|top|htop|btop|lsof|acpi|ipcs|lslocks|runlevel|vm_stat|" +
			"system_profiler|ioreg|procs|dust|duf",
		"data",
		"",
	},
	{
		"nvidia-smi",
		"data strict",
		"L,list-gpus q,query i,id= l,loop= lms,loop-ms= d,display= x,xml-format u,unit dtd query-gpu= query-compute-apps= " +
			"query-accounted-apps= query-retired-pages= format= f,filename=>",
	},
	{"sensors", "data", "s,set^ c,config-file=<"},
	{"pmap", "data", "n,create-rc^ N,create-rc-to=> C,read-rc-from=< A,range="},
	{"ncdu|glances|neofetch|dmidecode", "unknown", ""},
	{"getent|hostnamectl|timedatectl|loginctl", "code", ""},
	{"ss|netstat", "data", "K,kill^ D,diag=> F,filter=< N,net= A,query= f,family="},
	{"ldd", "unknown", ""},
	{
		"nm|objdump|readelf|size|addr2line|c++filt|dwarfdump|elfdump|pahole|strings",
		"code binutils",
		"j,section= M,disassembler-options= start-address= stop-address= plugin=! arch= e,exe=< o,out-file= n,bytes= t,radix= T,target= f,format= b,input-target= m,architecture= s,strings=? G,stabs",
	},
	{"strip|objcopy|ranlib|patchelf|install_name_tool|codesign", "write", "o=>"},
	{"kill|pkill|killall|skill|xkill|fuser", "code", ""},
	{"ip|ifconfig|route|arp|iw|iwconfig|ethtool|brctl|tc|nmcli|networksetup|scutil|resolvectl", "code", ""},
	{"systemctl|service|launchctl|rc-service|initctl|sv|s6-svc", "code", ""},
	{"journalctl", "code", ""},
	{"dmesg", "data", "C,clear^ c,read-clear^ D^ E^ n=^"},
	{"sysctl", "code", ""},
	{"crontab", "code", ""},
	{
		"mount|umount|mkfs|mkfs.ext2|mkfs.ext3|mkfs.ext4|mkfs.xfs|mkfs.btrfs|mkfs.vfat|mkfs.fat|mkfs.ntfs|mke2fs|newfs|" +
			"mkswap|swapon|swapoff|fdisk|sfdisk|cfdisk|gdisk|sgdisk|parted|wipefs|blkdiscard|hdparm|losetup|cryptsetup|" +
			"mkfs.exfat|mkfs.f2fs|mkfs.jfs|mkfs.minix|mkfs.msdos|mkdosfs|mkntfs|mkexfatfs|mkudffs|pvremove|vgremove|vgreduce|" +
			"pvmove|lvresize|lvextend|lvreduce|xfs_repair|xfs_growfs|partprobe|kpartx|growpart|" +
			"dmsetup|mdadm|pvcreate|vgcreate|lvcreate|lvremove|resize2fs|e2fsck|fsck|tune2fs|badblocks|diskutil|hdiutil|" +
			"zpool|zfs|btrfs|grub-install|flashrom|nvme|smartctl|eject|ddrescue",
		"code disk",
		"",
	},
	{"shutdown|reboot|halt|poweroff|init|telinit|kexec|rtcwake|systemd-run|killall5|ipcrm|ipcmk|chcpu|chmem|zramctl", "privilege outside", ""},
	{
		"useradd|userdel|usermod|groupadd|groupdel|groupmod|adduser|deluser|addgroup|delgroup|passwd|chpasswd|chsh|" +
			"chfn|vipw|visudo|gpasswd|dscl",
		"privilege outside",
		"",
	},
	{
		"iptables|ip6tables|nft|ufw|firewall-cmd|pfctl|ipset|modprobe|insmod|rmmod|depmod|setenforce|semanage|chcon|" +
			"restorecon|auditctl|setcap|update-alternatives|ldconfig|dpkg-reconfigure|hwclock|csrutil|nvram|spctl|" +
			"update-ca-certificates",
		"privilege outside",
		"",
	},
	{"gdb|lldb|rr|bpftrace|bpftool|perf|dtrace|dlv|valgrind|gcore|r2|frida|virsh|VBoxManage|limactl|multipass|colima|wsl|wine", "opaque", ""},
	{"open|xdg-open|start|sensible-browser|firefox|chromium|google-chrome|safari|w3m|lynx|links|elinks", "opaque network", ""},
	{"pbcopy|pbpaste|xclip|xsel|wl-copy|wl-paste|notify-send|logger|wall", "unknown", ""},
	{"defaults|plutil|gsettings|dconf|xdg-mime|xdg-settings|fc-cache|pmset", "outside", ""},
	{"openssl", "code", ""},
	{
		"gpg|gpg2|age|age-keygen|minisign|sops|pass|security|secret-tool|ssh-keygen|ssh-add|gpgconf|cosign",
		"unknown outside",
		"recv-keys@ keyserver=@ search-keys@ send-keys@ refresh-keys@ fetch-keys@ locate-keys@",
	},
	{"ssh-agent", "unknown outside run", "a= E= P= t= k s c d D"},
	{"vault|op|bw|consul|nomad|vagrant|ssh-copy-id|ssh-keyscan", "network unknown", ""},
	{"mail|mailx|sendmail|mutt|msmtp|swaks", "network opaque", ""},
	{"getopt", "data", ""},
	{"uuidgen|mcookie|pwgen|ulid|nanoid", "data", ""},
	{"kavi", "code", ""},
	{"claude|codex|gemini|opencode|aider|cursor-agent|amp|goose|copilot|qwen|crush|droid|cline|llm|ollama", "opaque network", ""},
}
