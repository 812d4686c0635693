package shell

// languages are interpreters, compilers and what checks or tests code.
var languages = []program{
	{
		"python|pypy|micropython|ipython|jython",
		"code versioned",
		"c=! m= W= X= Q= i! V,version# h,help# u B E s S O v q I b d x check-hash-based-pycs=",
	},
	{
		"node|nodejs",
		"script versioned",
		"e,eval=! p,print=?! r,require=* import=* i,interactive! c,check v,version# h,help# experimental-loader=* " +
			"loader=* test* watch watch-path= run=* C,conditions= env-file=< env-file-if-exists=< inspect=?@ inspect-brk=?@ input-type= " +
			"max-old-space-size= build-snapshot*",
	},
	{"deno", "sub network unknown", "version# V# h,help#"},
	{"deno eval|deno repl", "opaque", ""},
	{"deno run|deno test|deno bench|deno task|deno compile|deno install|deno serve|deno cache|deno x", "network unknown", ""},
	{"deno fmt", "here", ""},
	{"deno lint|deno check|deno doc|deno info", "unknown", ""},
	{"bun", "sub unknown", "version# v# h,help# e,eval=! p,print=! cwd= env-file=< preload=*"},
	{"bun run|bun test|bun build", "unknown", ""},
	{
		"bun install|bun i|bun add|bun a|bun remove|bun rm|bun update|bun x|bun create|bun publish|bun upgrade|" +
			"bun link|bun pm|bun outdated|bun ci|bun init",
		"network unknown here",
		"",
	},
	{"perl|raku", "script versioned", "e=! E=! n! p! i=?! M=?* m=?* I= x=?* d=?! D=? v# V=?# h# c w W t T s S a F=? l=? 0=? u f C=?"},
	{"ruby|jruby|truffleruby|macruby", "script versioned", "e=! n! p! i=?! r=* I= C= x=?* S! v# version# h,help# V# c w W=? E= a F= l s T=? 0=? K=?"},
	{
		"php",
		"script versioned",
		"r=! R=! B=! E=! F=! f=* a,interactive! S,server=@ d=* c=* z=* v,version# h,help# i,info# m,modules# " +
			"l,syntax-check n t=",
	},
	{"lua|luajit|luau|fennel|moon", "script versioned", "e=! l=* i! v# E W"},
	{"Rscript|r|littler", "script versioned", "e=! version# verbose default-packages= vanilla"},
	{"R", "opaque", "version#"},
	{"julia", "script versioned", "e,eval=! E,print=! L,load=* i! v,version# h,help# t= p= project=? J=*"},
	{
		"tclsh|wish|guile|racket|sbcl|clisp|hy|octave|ghci|ocaml|erl|escript|elixir|iex|scala|kotlin|groovy|clojure|" +
			"clj|bb|jshell|nim|crystal|irb|pry|ts-node|tsx|coffee|zx|swipl|jsonnet",
		"code interpreter versioned",
		"version# V# v# e,eval,command=! E=! c=! help#",
	},
	{"java|javaw", "unknown single", "version# cp,classpath= jar= agentlib=* javaagent=* agentpath=*"},
	{
		"gcc|g++|cc|c++|clang|clang++|tcc|icc|nvcc|gfortran|emcc|cpp|as|ld|ld.lld|lld|nasm|yasm|ccache|sccache|distcc",
		"code compiler versioned",
		"",
	},
	{
		"rustc|rustdoc|ghc|runghc|ocamlc|dune|swiftc|javac|kotlinc|scalac|tsc|vue-tsc|elm|protoc|buf|" +
			"thrift|flatc|swig|bison|flex|yacc|lex|cython|pyinstaller|wasm-pack|solc|zig|v|gleam",
		"unknown",
		"o=> o,out=> output=> V#",
	},
	{"go", "code", ""},
	{
		"golangci-lint|staticcheck|revive|errcheck|gosec|govulncheck|gotestsum|mockgen|mockery|stringer|sqlc|ginkgo|" +
			"benchstat|gopls|goreleaser|air",
		"unknown",
		"fix here",
	},
	{
		"pytest|py.test|nosetests|unittest|tox|nox|coverage|behave|mypy|dmypy|pyright|ruff|flake8|pylint|pycodestyle|" +
			"bandit|vulture|sphinx-build|mkdocs|invoke|alembic|celery|dbt",
		"unknown local",
		"config=* p=",
	},
	{
		"jest|mocha|vitest|ava|tap|karma|jasmine|eslint|stylelint|oxlint|knip|webpack|rollup|" +
			"esbuild|vite|parcel|swc|babel|turbo|nx|lerna|gulp|grunt|next|nuxt|astro|gatsby|remix|svelte-kit|ng|vue|" +
			"react-scripts|expo|storybook|prisma|typeorm|knex|drizzle-kit|nest|cdk|tailwindcss|postcss|sass|terser|husky|" +
			"lint-staged|commitlint|semantic-release|wait-on|c8|nyc|tsup|typedoc|docusaurus|hugo|" +
			"jekyll|electron|electron-builder|tauri|node-gyp",
		"unknown local",
		"config=* c= r=* require=*",
	},
	{
		"rspec|minitest|cucumber|rubocop|rails|rackup|puma|sidekiq|rake|thor|phpunit|pest|phpstan|psalm|phpcs|artisan|" +
			"sbt|mill|lein|ant|detekt|msbuild|xcodebuild|xcrun|" +
			"swiftlint|fastlane|adb|cross|mdbook|pdflatex|xelatex|latexmk|bibtex|doxygen|ctest|gcov|lcov|" +
			"bats|act|rvm",
		"unknown local",
		"",
	},
}

// toolchains are tools with subcommands of which some fetch and install.
var toolchains = []program{
	{
		"dotnet|mvn|mvnw|gradle|gradlew|swift|flutter|dart|mix|rebar3|pod|opam|cabal|stack|conan|vcpkg|nuget|pub|" +
			"playwright|cypress|pre-commit",
		"sub unknown local",
		"version# v,verbose q,quiet f,file= P= D= s,settings= b,batch-mode o,offline",
	},
	{
		"dotnet restore|dotnet add|dotnet tool|dotnet workload|dotnet nuget|dotnet new|nuget install|nuget restore|" +
			"nuget push|swift package|flutter pub|dart pub|pub get|pub global|mix deps.get|mix hex|mix local.hex|" +
			"rebar3 get-deps|pod install|pod update|opam install|opam update|opam upgrade|cabal install|cabal update|" +
			"stack install|stack setup|stack update|conan install|conan remote|vcpkg install|playwright install|" +
			"cypress install|pre-commit install|pre-commit autoupdate|pre-commit install-hooks|mvn deploy|mvnw deploy|" +
			"mvn dependency:get|mvn dependency:resolve|mvn dependency:go-offline|gradle publish|gradlew publish",
		"network unknown here",
		"",
	},
	{"rustup|nvm|pyenv|rbenv|asdf|mise|volta|fnm|luarocks|direnv|sdk|goenv|tfenv", "sub unknown", "version# V#"},
	{
		"rustup update|rustup install|rustup target|rustup component|rustup toolchain|rustup self|nvm install|" +
			"pyenv install|pyenv update|rbenv install|asdf install|asdf plugin|mise install|mise use|volta install|" +
			"fnm install|luarocks install|luarocks download|luarocks upload|sdk install|goenv install|tfenv install",
		"network unknown outside",
		"",
	},
	{
		"rustup show|rustup which|nvm ls|nvm current|pyenv versions|pyenv version|pyenv which|rbenv versions|" +
			"rbenv version|asdf list|asdf current|mise ls|volta list|fnm list|fnm current",
		"unknown",
		"",
	},
	{"rustup run", "unknown run1", ""},
	{"pyenv exec|rbenv exec|asdf exec|mise exec|mise x|stack exec|opam exec|cabal exec|volta run|fnm exec", "unknown run", "using= v,version="},
	{"direnv exec", "opaque run1", ""},
	{"direnv allow|direnv edit|direnv reload", "opaque", ""},
	{"hyperfine|run-p|run-s|npm-run-all|wireit", "opaque", ""},
}

// builders run a recipe of the project.
var builders = []program{
	{
		"make|gmake|bmake|remake",
		"code",
		"f,file,makefile=< C,directory= I,include-dir= j,jobs=? l,load-average=? o,old-file= W,what-if= n,just-print " +
			"eval=! E=! version# v#",
	},
	{"cmake|ccmake|cmake-gui", "code", "S= B= D= G= T= A= C=* P=* E=* build install preset= version#"},
	{
		"bazel|bazelisk|buck2|pants|scons|waf|mage|configure",
		"unknown local",
		"",
	},
	{
		"ninja|samu|meson|just|task|xmake|autoconf|automake|" +
			"autoreconf|libtool|pkg-config|packer|pio|debuild|rpmbuild|makepkg|snapcraft",
		"unknown",
		"version#",
	},
}
