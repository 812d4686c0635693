package shell

// packages are the managers of packages.
var packages = []program{
	{
		"npm",
		"sub network unknown",
		"prefix,C= w,workspace= loglevel= registry= cache= userconfig=! globalconfig=! script-shell=! node-options=! " +
			"shell=! editor=! viewer=! git=! scripts-prepend-node-path g,global^ silent s version# v# h,help# " +
			"init-module=! onload-script=!",
	},
	{
		"npm test|npm t|npm tst|npm run|npm run-script|npm rum|npm start|npm stop|npm restart|npm rebuild|npm build|" +
			"npm install-test|npm it|npm help|npm hlep|npm help-search",
		"unknown",
		"script-shell=! node-options=! prefix,C= w,workspace=",
	},
	{
		"npm install|npm i|npm in|npm ins|npm add|npm ci|npm clean-install|npm ic|npm update|npm up|npm upgrade|" +
			"npm uninstall|npm un|npm remove|npm rm|npm r|npm unlink|npm dedupe|npm ddp|npm install-ci-test|" +
			"npm install-clean|npm prune|npm audit|npm exec|npm x|npm create|npm innit",
		"network unknown here",
		"g,global^ location=^ prefix,C= w,workspace= script-shell=! c,call=! p,package= git=!",
	},
	{"npm init", "here network unknown", "prefix,C= w,workspace="},
	{
		"npm ls|npm list|npm la|npm ll|npm root|npm bin|npm explain|npm why|npm query|npm completion",
		"data",
		"g,global depth= prefix,C= w,workspace= viewer=! browser=! script-shell=!",
	},
	{
		"npm view|npm info|npm show|npm v|npm search|npm s|npm find|npm outdated|npm ping|npm whoami|npm doctor|" +
			"npm fund|npm docs|npm home|npm repo|npm bugs|npm issues|npm stars|npm diff|npm sbom",
		"network",
		"prefix,C=",
	},
	{
		"npm publish|npm unpublish|npm deprecate|npm dist-tag|npm owner|npm access|npm team|npm org|npm token|" +
			"npm login|npm adduser|npm logout|npm profile|npm hook|npm star|npm unstar",
		"network outside unknown",
		"",
	},
	{"npm version", "unknown commit here", ""},
	{"npm pkg|npm shrinkwrap|npm pack|npm set-script", "unknown here", ""},
	{"npm config|npm c|npm set|npm link|npm ln|npm cache|npm edit|npm explore", "unknown outside", ""},
	{"npm get", "data", ""},
	{"yarn|yarnpkg", "sub network unknown here local", "cwd= version# v# h,help# use-yarnrc=! script-shell=!"},
	{
		"yarn test|yarn run|yarn start|yarn build|yarn lint|yarn dev|yarn format|yarn typecheck|yarn check|yarn node|" +
			"yarn workspace|yarn workspaces",
		"unknown",
		"",
	},
	{"yarn list|yarn why|yarn bin", "unknown", ""},
	{"yarn publish|yarn npm|yarn login|yarn global|yarn link|yarn config|yarn set", "network unknown outside", ""},
	{"pnpm|cnpm|tnpm|pnpx", "sub network unknown here local", "C,dir= F,filter= r,recursive w,workspace-root g,global^ version# v# h,help#"},
	{"pnpm test|pnpm t|pnpm run|pnpm start|pnpm build|pnpm lint|pnpm dev|pnpm format|pnpm typecheck", "unknown", "C,dir= F,filter="},
	{"pnpm list|pnpm ls|pnpm why|pnpm root|pnpm bin", "unknown", ""},
	{"pnpm exec|yarn exec", "unknown run", "c,shell-mode! C,dir= r,recursive"},
	{"pnpm publish|pnpm link|pnpm config|pnpm env|pnpm setup|pnpm store", "network unknown outside", ""},
	{"npx|bunx|pipx|uvx|create-react-app|npm-check-updates", "network unknown", "c,call=!"},
	{"corepack", "network unknown outside", ""},
	{"pip|pipenv|easy_install", "sub versioned network unknown outside", "python=* version# V# h,help# proxy= cache-dir= log,log-file,local-log=+ q v"},
	{
		"pip list|pip freeze|pip show|pip check|pip inspect|pip debug|pip help",
		"data",
		"o,outdated@ u,uptodate@ log,log-file,local-log=+ python=* r= i,index-url=@ extra-index-url=@ f,find-links=@ proxy=@ path= " +
			"e,editable l,local format=",
	},
	{"pip install|pip download|pip wheel|pip uninstall|pip search|pip index|pip lock", "network unknown outside", ""},
	{"pipenv run", "unknown run", ""},
	{"pipenv shell|pipenv check|pipenv graph", "unknown", ""},
	{"uv", "sub network unknown", "version# V# h,help# directory= project= cache-dir= config-file=!"},
	{"uv run", "network unknown run", "with=@ p,python=* extra= group= env-file=* directory= project= package= m,module= s,script isolated frozen q v"},
	{"uv build", "network unknown", ""},
	{"uv pip|uv add|uv remove|uv sync|uv lock|uv tool|uv python|uv venv|uv init|uv export|uv cache|uv publish|uv self", "network unknown here", ""},
	{"uv help", "data", ""},
	{"poetry|pdm|hatch|rye|flit|twine|build", "sub network unknown here", "version# V# C,directory= P,project="},
	{"poetry run|pdm run|hatch run|rye run", "unknown run", ""},
	{"poetry shell|poetry build|poetry check|hatch test|rye test|hatch build|flit build", "unknown", ""},
	{"poetry show|poetry env|poetry version|poetry about", "unknown", ""},
	{"virtualenv|venv", "write unknown network", "p,python=*"},
	{"conda|mamba|micromamba|pixi", "sub network unknown outside", "version# V# h,help#"},
	{"conda list|conda info", "data", ""},
	{"conda run|mamba run|micromamba run|pixi run", "unknown run", "n,name= p,prefix= cwd= no-capture-output live-stream v e,environment="},
	{"gem", "sub network unknown outside", "version# v# h,help#"},
	{"gem list|gem env|gem environment|gem which|gem contents|gem help", "data", "r,remote@ b,both@ source=@ config-file=*"},
	{"bundle|bundler", "sub network unknown here local", "version# v#"},
	{"bundle exec", "unknown run", ""},
	{"bundle list|bundle show|bundle info|bundle check|bundle platform", "unknown", ""},
	{"cargo", "sub unknown", "version# V# h,help# config=! manifest-path= Z= color= C= list#"},
	{
		"cargo build|cargo b|cargo test|cargo t|cargo run|cargo r|cargo check|cargo c|cargo bench|cargo doc|cargo d|" +
			"cargo clippy|cargo rustc|cargo rustdoc|cargo miri|cargo nextest|cargo expand|cargo llvm-cov|cargo tarpaulin|" +
			"cargo hack|cargo deny|cargo audit|cargo geiger|cargo bloat|cargo asm|cargo flamegraph|cargo watch|cargo make|" +
			"cargo xtask|cargo package|cargo vendor|cargo fuzz|cargo mutants|cargo machete|cargo udeps|cargo outdated|" +
			"cargo sort|cargo criterion|cargo tauri",
		"unknown",
		"config=! target-dir=+ manifest-path= p,package= features= example= bin= test= bench= target= profile= j= " +
			"message-format=",
	},
	{"cargo fix", "unknown here", "config=!"},
	{"cargo fmt", "here", "check config=! config-path=*"},
	{"cargo tree|cargo metadata|cargo pkgid|cargo verify-project|cargo report", "unknown", "config=!"},
	{"cargo version|cargo help|cargo locate-project|cargo read-manifest", "data", "config=! manifest-path= format-version= p= e= i="},
	{
		"cargo add|cargo remove|cargo rm|cargo update|cargo generate-lockfile|cargo fetch|cargo search|cargo info|" +
			"cargo upgrade|cargo binstall",
		"network here",
		"config=!",
	},
	{"cargo install|cargo uninstall|cargo publish|cargo yank|cargo login|cargo logout|cargo owner", "network unknown outside", "config=!"},
	{"cargo new|cargo init", "write", "config=! name= edition= vcs= registry="},
	{"cargo clean", "rm=target", "config=! target-dir=%"},
	{"composer", "sub network unknown here", "d,working-dir= version# V#"},
	{"composer run|composer run-script|composer test|composer exec|composer dump-autoload|composer dumpautoload|composer validate", "unknown", ""},
	{"composer show|composer info|composer licenses|composer depends|composer why", "unknown", ""},
	{
		"dpkg",
		"privilege outside unknown",
		"l,list# L,listfiles# s,status# S,search# get-selections# print-architecture# p,print-avail# I,info# " +
			"c,contents# compare-versions# admindir= root=",
	},
	{"rpm", "network privilege outside unknown", "q,query# V,verify# pipe=! E,eval=! root= dbpath= define=! D=! load=! macros=! rcfile=!"},
	{"pacman|yay|paru", "network privilege outside unknown", "Q,query# config=! hookdir=! root= dbpath="},
	{
		"apt|apt-get|aptitude|dnf|yum|zypper|apk|emerge|xbps-install|pkg_add|port|snap|flatpak|choco|scoop|winget|nix|" +
			"nix-env|nix-shell|cpan|cpanm|pecl|softwareupdate|mas|installer",
		"sub network privilege outside unknown",
		"c=! o=! f= root= R= q y version# v#",
	},
	{"apt list|apt show|apt search|apt policy|apt depends|apt rdepends|snap list|flatpak list", "data", "c,config-file=! o,option=! a t,target-release= q"},
	{"apt-cache|dpkg-query", "data", "c,config-file=! o,option=! p,pkg-cache=+ s,src-cache=+ showformat= f= W l L s S"},
	{"brew", "sub network unknown outside", "version# h,help# q v"},
	{"brew list|brew ls|brew info|brew deps|brew uses|brew config|brew doctor|brew leaves|brew --prefix|brew --cellar|brew home", "unknown", ""},
}

// clouds are the clients of clusters, clouds and hosts of code.
var clouds = []program{
	{"docker|podman|nerdctl", "code", "v#"},
	{"buildah|skopeo|crane|docker-compose|podman-compose|ctr|crictl|lxc|incus|kind|minikube|k3d|k3s|trivy|grype|syft", "network unknown", ""},
	{
		"kubectl|oc|helm|helmfile|kustomize|k9s|stern|kubectx|kubens|kubeadm|istioctl|linkerd|argocd|flux|velero|" +
			"eksctl|kops|tkn",
		"network unknown",
		"kubeconfig=* config=*",
	},
	{
		"aws|sam|gcloud|gsutil|az|doctl|hcloud|heroku|vercel|netlify|fly|flyctl|wrangler|railway|firebase|supabase|" +
			"pulumi|terraform|tofu|terragrunt|ansible|ansible-playbook|ansible-galaxy|chef|puppet|salt|serverless|circleci|" +
			"codecov|snyk|sonar-scanner|semgrep|gitleaks|trufflehog|gh|glab|tea|huggingface-cli|hf|kaggle|sentry-cli|" +
			"stripe|twilio|gdown|ntfy",
		"network unknown",
		"version# help#",
	},
}
