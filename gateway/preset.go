package gateway

import "fmt"

// Presets are the names of the sets of rules that ship with kavi. They are off
// until the operator names them.
func Presets() []string {
	return []string{"read-only-shell", "tests", "git-local", "secrets", "overnight"}
}

// Preset gives the rules of one of Presets.
func Preset(name string) ([]Rule, error) {
	text := presetText(name)
	if text == "" {
		return nil, fmt.Errorf("preset %q: %s", name, nearest(name, Presets()))
	}
	return ParseRules([]byte(text), "preset "+name, LayerPreset)
}

func presetText(name string) string {
	switch name {
	case "read-only-shell":
		return `
[[rule]]
id      = "read-only-shell"
allow   = "exec"
command = ["*"]
effects = ["read"]
why     = "commands that only read are allowed"
match    = ["ls -la", "grep -rn TODO src | sort | head -5", "git status"]
no_match = ["ls > x", "find . -delete", "git push", "npm test"]
`
	case "tests":
		return `
[[rule]]
id      = "tests"
allow   = "exec"
command = [
  "go test *", "go vet *", "go build *", "gofmt *",
  "npm test *", "npm run test *", "npm run build *", "npm run lint *", "npx tsc *",
  "yarn test *", "yarn build *", "yarn lint *", "pnpm test *", "pnpm run test *", "pnpm run build *", "pnpm run lint *", "bun test *",
  "cargo test *", "cargo build *", "cargo check *", "cargo clippy *", "cargo fmt *",
  "pytest *", "python -m pytest *", "python3 -m pytest *", "ruff *", "mypy *", "tox *",
  "make", "make test *", "make check *", "make build *", "make lint *",
  "mvn test *", "gradle test *", "./gradlew test *", "dotnet test *", "dotnet build *", "bundle exec rspec *", "rake test *", "mix test *",
]
effects = ["read", "write", "unknown"]
why     = "the project's tests and builds are allowed"
match    = ["go test ./...", "npm run test -- --watch"]
no_match = ["go test ./... > ~/.bashrc", "npm run deploy", "make install"]
`
	case "git-local":
		return `
[[rule]]
id      = "git-local"
allow   = "exec"
command = [
  "git status *", "git diff *", "git log *", "git show *", "git blame *", "git branch *", "git add *", "git stash list *", "git stash show *",
  "git rev-parse *", "git ls-files *", "git describe *", "git switch *", "git mv *", "git restore --staged *",
]
effects = ["read", "write"]
why     = "git that stays here and loses nothing is allowed"
match    = ["git add -A", "git log --oneline -5"]
no_match = ["git push", "git branch -D x", "git commit -m x", "git -c core.pager=x log"]
`
	case "secrets":
		return `
[[rule]]
id   = "secrets"
deny = "read"
path = [
  "**/.env", "**/.env.local", "**/.env.production", "**/*.pem", "**/id_rsa", "**/id_ed25519", "**/.netrc", "**/.npmrc", "**/.pypirc",
  "~/.ssh/**", "~/.aws/**", "~/.gnupg/**", "~/.netrc", "~/.npmrc", "~/.pypirc", "~/.git-credentials", "~/.docker/config.json",
  "~/.kube/**", "~/.config/gcloud/**", "~/.config/gh/**", "~/.password-store/**", "/etc/shadow",
]
unless = ["**/.env.example", "~/.ssh/known_hosts", "~/.ssh/*.pub"]
why    = "secrets are not read"
match    = [".env", "config/.env", "~/.ssh/id_ed25519"]
no_match = ["src/env.go", ".env.example", "~/.ssh/id_ed25519.pub"]
`
	case "overnight":
		return `
[[rule]]
id      = "overnight-publish"
deny    = "exec"
command = [
  "git push *", "npm publish *", "yarn publish *", "yarn npm publish *", "pnpm publish *", "cargo publish *", "twine upload *", "gem push *",
  "docker push *", "podman push *", "helm push *", "gh release *", "gh pr merge *", "goreleaser *", "mvn deploy *",
  "terraform apply *", "terraform destroy *", "kubectl apply *", "kubectl delete *",
]
why     = "nothing is published overnight"
match    = ["git push origin main", "sudo docker push x"]
no_match = ["git status", "npm test"]

[[rule]]
id   = "overnight-protected"
deny = "protected"
why  = "protected settings stay as they are overnight"

[[rule]]
id   = "overnight-outside"
deny = "outside"
why  = "nothing outside the project changes overnight"
`
	}
	return ""
}
