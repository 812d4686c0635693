package shell

import "strings"

// maxHosts is how many hosts one command is followed to by name.
const maxHosts = 16

// asks adds a network effect for each URL; none where there is no URL still
// means the network.
func (c *cmd) asks(urls []word, rerouted bool) {
	if len(urls) == 0 || len(urls) > maxHosts {
		c.add(Effect{Kind: Network, Why: "uses the network"})
		return
	}
	for _, w := range urls {
		host, why := "", "uses the network"
		if w.known() {
			host = Host(w.text)
		}
		if host != "" {
			why = "asks " + host
		}
		c.add(Effect{Kind: Network, Host: host, Why: why})
		if strings.HasPrefix(strings.ToLower(w.text), "file:") {
			c.add(c.a.reads(w.cut(len("file://")), c.st)...)
		}
	}
	if rerouted {
		c.add(Effect{Kind: Network, Why: "may be sent on to another host"})
	}
}

func (c *cmd) curl(p program, words []word) {
	a := c.parseArgs(words, p.opts, false, false)
	for i := range a.options {
		o := &a.options[i]
		if o.act != '@' {
			continue
		}
		o.act = 0
		v := o.value
		if o.name == "F" || o.name == "form" {
			_, after, _ := strings.Cut(v.text, "=")
			v = v.cut(len(v.text) - len(after))
		}
		switch {
		case o.name == "data-raw" || o.name == "form-string":
		case strings.HasPrefix(v.text, "@"), (o.name == "F" || o.name == "form") && strings.HasPrefix(v.text, "<"):
			if !v.is("@-") {
				c.add(c.a.reads(v.cut(1), c.st)...)
			}
		case !v.known():
			c.add(Effect{Kind: Read, Unsure: true, Why: "may send a file"})
		}
	}
	if a.unsure {
		c.opaque("it may be given an option that is known only when it runs")
	}
	for i := range a.options {
		o := &a.options[i]
		if o.act == '>' && o.value.is("-") {
			o.act = 0
		}
		if (o.name == "w" || o.name == "write-out") && (!o.value.known() || strings.Contains(o.value.text, "%output{") || strings.HasPrefix(o.value.text, "@")) {
			c.add(c.a.view.unknownPath(Overwrite, "may write to")) // %output{file}
		}
		if dir, ok := a.value("output-dir"); ok && (o.name == "o" || o.name == "output") {
			if o.value.known() && dir.known() {
				o.value.text = dir.text + "/" + o.value.text
			} else {
				o.value.kind = unknown
			}
		}
	}
	c.optionEffects(program{name: "curl", opts: ""}, a)
	if a.has("O", "remote-name", "remote-name-all", "J", "remote-header-name") {
		dir := exactWord(".")
		if d, ok := a.value("output-dir"); ok {
			dir = d
		}
		c.download(dir, a.operands, a.has("J", "remote-header-name"))
	}
	urls := a.operands
	for _, o := range a.options {
		if o.name == "url" {
			urls = append(urls[:len(urls):len(urls)], o.value)
		}
	}
	c.asks(urls, a.has("x", "proxy", "preproxy", "socks5", "socks5-hostname", "socks4", "resolve", "connect-to", "doh-url", "L", "location",
		"unix-socket", "abstract-unix-socket", "proto-default", "dns-servers", "location-trusted", "interface"))
	if a.has("E", "cert", "engine") {
		c.add(Effect{Kind: Read, Unsure: true, Why: "reads a key"})
	}
	c.done()
}

// download writes a file named like the last part of a URL.
func (c *cmd) download(dir word, urls []word, server bool) {
	for _, w := range urls {
		name := w.text[strings.LastIndexByte(w.text, '/')+1:]
		name, _, _ = strings.Cut(name, "?")
		name, _, _ = strings.Cut(name, "#")
		if !w.known() || server || name == "" || strings.ContainsAny(name, "{[%\\") || !dir.known() {
			es := c.a.writes(dir, false, c.st)
			for i := range es {
				es[i].Unsure, es[i].Recursive, es[i].Why = true, true, "writes a file in "+c.a.view.show(es[i].Path)
			}
			c.add(es...)
			continue
		}
		c.add(c.a.writes(exactWord(dir.text+"/"+name), true, c.st)...)
	}
}

func (c *cmd) wget(p program, words []word) {
	a := c.parseArgs(words, p.opts, false, false)
	for i := range a.options {
		if a.options[i].act == '>' && a.options[i].value.is("-") {
			a.options[i].act = 0
		}
	}
	c.optionEffects(p, a)
	if !a.has("O", "output-document", "spider") {
		dir := exactWord(".")
		if d, ok := a.value("P", "directory-prefix"); ok {
			dir = d
		}
		many := a.has("r", "recursive", "m", "mirror", "p", "page-requisites", "i", "input-file", "content-disposition")
		c.download(dir, a.operands, many)
		if many && len(a.operands) == 0 {
			c.download(dir, []word{{kind: unknown}}, true)
		}
	}
	c.asks(a.operands, true)
	c.done()
}

// rsyncFlags are options of rsync that take no value.
const rsyncFlags = " help version archive recursive relative backup update inplace append append-verify dirs mkpath links copy-links " +
	"copy-unsafe-links safe-links munge-links copy-dirlinks keep-dirlinks hard-links perms executability acls xattrs owner group devices " +
	"copy-devices write-devices specials times atimes open-noatime crtimes omit-dir-times omit-link-times super fake-super sparse " +
	"preallocate whole-file one-file-system existing ignore-non-existing ignore-existing ignore-errors force numeric-ids ignore-times " +
	"size-only fuzzy compress cvs-exclude from0 secluded-args protect-args trust-sender blocking-io stats 8-bit-output human-readable progress " +
	"partial delay-updates prune-empty-dirs checksum verbose quiet itemize-changes ipv4 ipv6 list-only old-args fsync old-dirs qsort msgs2stderr "

// rsync copies, here or to a host; the last operand is the target.
func (c *cmd) rsync(p program, words []word) {
	a := c.parseArgs(words, p.opts, false, false)
	c.optionEffects(p, a)
	for _, o := range a.options {
		if o.long && !o.listed && !o.valued && !strings.HasPrefix(o.name, "no-") && !strings.Contains(rsyncFlags, " "+o.name+" ") {
			c.opaque("its option --" + o.name + " is not known here, so which word is the target is not either")
		}
	}
	n := len(a.operands)
	dry := a.has("n", "dry-run")
	for i, w := range a.operands {
		host, _, remote := strings.Cut(w.text, ":")
		remote = remote && !strings.Contains(host, "/") || strings.HasPrefix(w.text, "rsync://") || w.kind == unknown && w.text == ""
		switch {
		case remote:
			c.add(Effect{Kind: Network, Host: hostOf(w), Why: "copies over the network"})
		case i == n-1 && n > 1:
			es := c.a.writes(w, false, c.st)
			for j := range es {
				if dry {
					es[j] = Effect{Kind: Read, Why: "compares"}
					continue
				}
				es[j].Recursive = true
				if es[j].Path != "" && c.a.view.lstat(es[j].Path).Exists && !c.fresh(es[j].Path) {
					es[j].Kind = Overwrite
				}
			}
			c.add(es...)
			if !dry && a.has("delete", "del", "delete-before", "delete-during", "delete-delay", "delete-after", "delete-excluded") {
				c.add(c.a.deletes(w, true, c.st)...)
			}
		default:
			c.readAll([]word{w}, true)
			if a.has("l", "links", "a", "archive") && n > 1 && !dry {
				for _, from := range c.a.paths(w, c.st) {
					for _, to := range c.a.paths(a.operands[n-1], c.st) {
						c.keepLink(from, to, false, false)
					}
				}
			}
			if a.has("remove-source-files") && !dry {
				c.add(c.a.deletes(w, true, c.st)...)
			}
		}
	}
	c.done()
}

// remote is a program that runs commands or moves files elsewhere.
func (c *cmd) remote(p program, words []word) {
	a := c.parseArgs(words, p.opts, p.opts != "", false)
	switch p.name {
	case "scp":
		a = c.parseArgs(words, "S=! o=* F=* i= J= l= P= c= D=! X= r p q C v 1 2 3 4 6 B O R s T A", false, false)
		n := len(a.operands)
		for i, w := range a.operands {
			host, _, far := strings.Cut(w.text, ":")
			if far && !strings.Contains(host, "/") {
				c.add(Effect{Kind: Network, Host: hostOf(w), Why: "copies over the network"})
			} else if i == n-1 {
				for _, e := range c.a.writes(w, true, c.st) {
					c.add(e)
				}
			} else {
				c.readAll([]word{w}, true)
			}
		}
		c.add(Effect{Kind: Network, Why: "uses the network"})
	case "sftp", "lftp", "ftp", "ncftp", "tftp", "rclone", "s3cmd", "mc-client", "unison", "restic", "borg", "duplicity":
		c.add(Effect{Kind: Network, Why: "uses the network"})
		c.opaque("may move any files")
	default:
		for _, o := range a.options {
			if o.name == "o" && !quietSSH(o.value) {
				c.opaque("its option -o may run a command")
			}
		}
		host := ""
		if len(a.operands) > 0 {
			host = hostOf(a.operands[0])
		}
		c.add(Effect{Kind: Network, Host: host, Why: "logs in to " + host})
		c.add(Effect{Kind: Opaque, Why: "runs commands on another machine"})
	}
	c.optionEffects(p, a)
	c.done()
}

// quietSSH reports whether a setting of ssh only tunes the connection.
func quietSSH(w word) bool {
	key, _, _ := strings.Cut(strings.ToLower(w.text), "=")
	switch strings.TrimSpace(key) {
	case "stricthostkeychecking", "batchmode", "connecttimeout", "userknownhostsfile", "loglevel", "serveraliveinterval",
		"serveralivecountmax", "identitiesonly", "port", "user", "compression", "requesttty":
		return w.known()
	}
	return false
}
