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
			"loader=* test* watch watch-path= run=* C,conditions= env-file=* inspect=?@ inspect-brk=?@ input-type= " +
			"max-old-space-size= build-snapshot*",
	},
	{"deno", "sub network unknown", "version# V# h,help#"},
	{"deno eval|deno repl", "opaque", ""},
	{"deno run|deno test|deno bench|deno task|deno compile|deno install|deno serve|deno cache|deno x", "network unknown", ""},
	{"deno fmt", "here", ""},
	{"deno lint|deno check|deno doc|deno info", "unknown", ""},
	{"bun", "sub unknown", "version# v# h,help# e,eval=! p,print=! cwd= preload=*"},
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
			"clj|bb|jshell|nim|crystal|dart|irb|pry|ts-node|tsx|coffee|zx|swipl|jsonnet",
		"code interpreter versioned",
		"version# V# v# e,eval,command=! E=! c=! help#",
	},
	{"java|javaw", "unknown single", "version# cp,classpath= jar= agentlib=* javaagent=* agentpath=*"},
	{
		"gcc|g++|cc|c++|clang|clang++|tcc|icc|nvcc|gfortran|emcc|cpp|as|ld|ld.lld|lld|nasm|yasm|ccache|sccache|distcc",
		"unknown versioned",
		"o=> MF=> MD specs=* wrapper=! B=* fplugin=* I= L= D= U= l= isystem= include= x= T= Xlinker= Xpreprocessor= " +
			"Xassembler= arch= target= MT= MQ=",
	},
	{
		"rustc|rustdoc|ghc|runghc|cabal|stack|ocamlc|dune|opam|swiftc|javac|kotlinc|scalac|tsc|vue-tsc|elm|protoc|buf|" +
			"thrift|flatc|swig|bison|flex|yacc|lex|cython|pyinstaller|wasm-pack|solc|zig|v|gleam",
		"unknown",
		"o=> o,out=> output=>",
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
			"bandit|vulture|sphinx-build|mkdocs|invoke|pre-commit|alembic|celery|dbt",
		"unknown",
		"config=* p=",
	},
	{
		"jest|mocha|vitest|ava|tap|karma|jasmine|cypress|playwright|eslint|stylelint|oxlint|knip|webpack|rollup|" +
			"esbuild|vite|parcel|swc|babel|turbo|nx|lerna|gulp|grunt|next|nuxt|astro|gatsby|remix|svelte-kit|ng|vue|" +
			"react-scripts|expo|storybook|prisma|typeorm|knex|drizzle-kit|nest|cdk|tailwindcss|postcss|sass|terser|husky|" +
			"lint-staged|commitlint|semantic-release|concurrently|wait-on|cross-env|c8|nyc|tsup|typedoc|docusaurus|hugo|" +
			"jekyll|electron|electron-builder|tauri|node-gyp",
		"unknown",
		"config=* c= r=* require=*",
	},
	{
		"rspec|minitest|cucumber|rubocop|rails|rackup|puma|sidekiq|rake|thor|phpunit|pest|phpstan|psalm|phpcs|artisan|" +
			"mix|rebar3|sbt|mill|lein|gradle|gradlew|mvn|mvnw|ant|detekt|dotnet|msbuild|nuget|xcodebuild|xcrun|swift|" +
			"swiftlint|fastlane|pod|flutter|pub|adb|cross|mdbook|pdflatex|xelatex|latexmk|bibtex|doxygen|ctest|gcov|lcov|" +
			"bats|act|direnv|asdf|mise|volta|fnm|nvm|rbenv|rvm|pyenv|rustup|luarocks",
		"unknown",
		"",
	},
}

// builders run a recipe of the project.
var builders = []program{
	{
		"make|gmake|bmake|remake",
		"unknown",
		"f,file,makefile= C,directory= I,include-dir= j,jobs=? l,load-average=? o,old-file= W,what-if= n,just-print " +
			"eval=! E=! version#",
	},
	{"cmake|ccmake|cmake-gui", "unknown", "S= B= D= G= T= A= C=* P=* E=* build install preset= version#"},
	{
		"ninja|samu|meson|bazel|bazelisk|buck2|pants|scons|waf|just|task|mage|xmake|conan|vcpkg|autoconf|automake|" +
			"autoreconf|libtool|pkg-config|configure|packer|pio|debuild|rpmbuild|makepkg|snapcraft",
		"unknown",
		"version#",
	},
}
