package gateway

import "strings"

// arity is how many words of a command say what it does, the program's name
// included: "go test" is 2, "npm run build" 3. 0: it is not known, and only the
// exact words are remembered; so for interpreters, shells and wrappers, whose
// further words are code.
func arity(words []string) int {
	if len(words) == 0 {
		return 0
	}
	name := words[0]
	for n := min(3, len(words)); n > 1; n-- {
		if k, ok := arityOf(strings.Join(words[:n], " ")); ok {
			return k
		}
	}
	if k, ok := arityOf(name); ok {
		if k > 1 && len(words) >= k {
			// An option where the subcommand should be: it may change the meaning.
			for _, w := range words[1:k] {
				if strings.HasPrefix(w, "-") {
					return 0
				}
			}
		}
		return k
	}
	return 0
}

// arityOf is the table. A program stands once, with its usual arity; the
// subcommands that have subcommands stand with theirs.
func arityOf(s string) (int, bool) {
	switch s {
	case "ls", "cat", "head", "tail", "wc", "grep", "egrep", "fgrep", "rg", "fd", "find", "tree", "sort", "uniq", "cut", "tr", "diff", "cmp", "comm",
		"stat", "file", "du", "df", "pwd", "echo", "printf", "date", "which", "type", "basename", "dirname", "realpath", "readlink",
		"md5sum", "sha1sum", "sha256sum", "jq", "yq", "nl", "tac", "rev", "column", "fold", "od", "xxd", "hexdump", "strings",
		"mkdir", "touch", "cd", "true", "false", "test", "ps", "uname", "id", "whoami", "hostname", "env-vars", "nproc", "free", "uptime",
		"gofmt", "goimports", "gofumpt", "staticcheck", "golangci-lint", "eslint", "prettier", "tsc", "jest", "vitest", "mocha",
		"pytest", "ruff", "black", "mypy", "flake8", "pylint", "isort", "tox", "rustfmt", "rustc", "shellcheck", "clang-format", "javac", "ctest":
		return 1, true
	case "git", "go", "npm", "yarn", "pnpm", "bun", "cargo", "make", "just", "task", "deno", "pip", "pip3", "poetry", "uv", "bundle", "rake", "gem",
		"mix", "dotnet", "gradle", "./gradlew", "mvn", "./mvnw", "cmake", "ninja", "bazel", "docker", "podman", "kubectl", "helm", "terraform", "gh",
		"rustup", "composer", "php-cs-fixer", "swift", "flutter", "dart", "zig", "nx", "turbo", "lerna", "apt", "brew", "systemctl":
		return 2, true
	case "npm run", "npm exec", "yarn run", "pnpm run", "pnpm exec", "bun run", "bundle exec", "poetry run", "uv run", "docker compose", "git stash",
		"git remote", "git worktree", "git submodule", "git config", "git bisect", "git notes", "go mod", "go work", "go tool", "cargo run", "dotnet tool",
		"gh pr", "gh issue", "gh run", "gh repo", "gh release", "gh workflow", "kubectl config", "helm repo", "docker image", "docker container":
		return 3, true
	case "python -m pytest", "python3 -m pytest", "python -m mypy", "python3 -m mypy", "python -m ruff", "python3 -m ruff":
		return 3, true
	case "npm test", "npm start", "yarn test", "pnpm test":
		return 2, true
	}
	return 0, false
}
