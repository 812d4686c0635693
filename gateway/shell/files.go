package shell

import (
	"net/url"
	"strings"
)

// The effects of the canonical file tools, by the same judgement of paths as
// in a command line. Paths are as the tool gave them: absolute, below ~/, or
// relative to env.Cwd. An empty path is not known.

// ReadEffects are those of reading a file or folder.
func ReadEffects(p string, env Env) []Effect {
	v := newView(env, nil)
	return []Effect{v.read(v.absolute(p))}
}

// WriteEffects are those of giving a file its whole content.
func WriteEffects(p string, env Env) []Effect {
	v := newView(env, nil)
	return changes(v.change(v.absolute(p), true))
}

// EditEffects are those of changing a file in place.
func EditEffects(p string, env Env) []Effect {
	v := newView(env, nil)
	return changes(v.change(v.absolute(p), false))
}

// DeleteEffects are those of removing a file, or with recursive a tree.
func DeleteEffects(p string, recursive bool, env Env) []Effect {
	v := newView(env, nil)
	return []Effect{v.remove(v.absolute(p), recursive)}
}

// MoveEffects are those of renaming from to to; a to that is a folder is moved
// into, as mv does.
func MoveEffects(from, to string, env Env) []Effect {
	v := newView(env, nil)
	return v.move(v.absolute(from), v.absolute(to), false, false)
}

// FetchEffects are those of asking for a URL: the host that is really asked.
func FetchEffects(rawURL string) []Effect {
	if p, ok := strings.CutPrefix(strings.ToLower(rawURL), "file://"); ok {
		return []Effect{{Kind: Read, Unsure: true, Why: "reads the file " + p}, {Kind: Network, Why: "fetches a file URL"}}
	}
	host := Host(rawURL)
	why := "asks " + host
	if host == "" {
		why = "uses the network"
	}
	return []Effect{{Kind: Network, Host: host, Why: why}}
}

// Host is the host that a URL names, without user, port and final dot, in
// lower case; "" where it cannot be said for certain.
func Host(rawURL string) string {
	if strings.ContainsAny(rawURL, "\\ \t\r\n{}[]*") && !strings.Contains(rawURL, "://[") {
		return ""
	}
	if !strings.Contains(rawURL, "://") {
		rawURL = "http://" + rawURL
	}
	u, err := url.Parse(rawURL)
	if err != nil {
		return ""
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	for _, r := range host {
		if r > 0x7e || r == '%' {
			return ""
		}
	}
	return host
}

func changes(e Effect, ok bool) []Effect {
	if !ok {
		return nil
	}
	return []Effect{e}
}

// move gives the effects of a rename, which lets what is moved be read. The source goes from where it was: a
// write there, a delete where it leaves the project, and never a folder that
// must not be deleted. With keep nothing is replaced, with asIs to is never a
// folder to move into.
func (v *view) move(from, to string, keep, asIs bool) []Effect {
	src := v.remove(from, true)
	dst := to
	if !asIs {
		dst = v.into(from, to)
	}
	put, changed := v.replace(dst, !keep)
	leaves := !changed || put.Outside
	if !leaves && !src.Never {
		src.Kind = Write
	}
	src.Recursive = src.Path == "" || src.Never || v.lstat(src.Path).Dir
	put.Recursive = src.Recursive
	src.Why = strings.Replace(src.Why, "deletes", "moves away", 1)
	seen := v.reach(from) // under its new name it may be read where it may not be under the old
	effects := []Effect{src}
	if changed {
		effects = append(effects, put)
	}
	if p, ok := v.resolve(from, false); ok {
		f := v.lstat(p)
		f.Exists = true
		if q, ok := v.resolve(dst, false); ok {
			v.lay(q, f)
		}
	}
	return append(effects, seen)
}

// reach is a read of what lies at a path, with all that is below.
func (v *view) reach(abs string) Effect {
	e := v.read(abs)
	e.Recursive = e.Path != "" && v.lstat(e.Path).Dir
	return e
}

// into is the path that a copy or a move of from to to makes: inside to where
// that is a folder.
func (v *view) into(from, to string) string {
	p, ok := v.resolve(to, true)
	if !ok {
		return ""
	}
	if !v.lstat(p).Dir && p != "/" {
		return to
	}
	return to + "/" + base(from)
}

// base is the last name of a path as a program sees it; "" for / . and ..
func base(p string) string {
	p = strings.TrimRight(p, "/")
	p = p[strings.LastIndexByte(p, '/')+1:]
	if p == "." || p == ".." {
		return ""
	}
	return p
}
