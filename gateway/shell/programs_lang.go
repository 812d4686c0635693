package shell

// languages are interpreters, compilers and what checks or tests code.
var languages = []program{
	{"python|pypy|micropython|ipython|jython", "code versioned", "c=! m= W= X= Q= i! V,version# h,help# u B E s S O v q I b d x check-hash-based-pycs="},
	{"node|nodejs", "script versioned", "e,eval=! p,print=?! r,require=* import=* i,interactive! c,check v,version# h,help# experimental-loader=* loader=* test* watch watch-path= run=* C,conditions= env-file=* inspect=?@ inspect-brk=?@ input-type= max-old-space-size= build-snapshot*"},
	{"deno", "sub network unknown", "version# V# h,help#"},
	{"deno eval|deno repl", "opaque", ""},
	{"deno run|deno test|deno bench|deno task|deno compile|deno install|deno serve|deno cache|deno x", "network unknown", ""},
	{"deno fmt", "here", ""},
	{"deno lint|deno check|deno doc|deno info", "unknown", ""},
	{"bun", "sub unknown", "version# v# h,help# e,eval=! p,print=! cwd= preload=*"},
	{"bun run|bun test|bun build", "unknown", ""},
	{"bun install|bun i|bun add|bun a|bun remove|bun rm|bun update|bun x|bun create|bun publish|bun upgrade|bun link|bun pm|bun outdated|bun ci|bun init", "network unknown here", ""},
	{"perl|raku", "script versioned", "e=! E=! n! p! i=?! M=?* m=?* I= x=?* d=?! D=? v# V=?# h# c w W t T s S a F=? l=? 0=? u f C=?"},
	{"ruby|jruby|truffleruby|macruby", "script versioned", "e=! n! p! i=?! r=* I= C= x=?* S! v# version# h,help# V# c w W=? E= a F= l s T=? 0=? K=?"},
	{"php", "script versioned", "r=! R=! B=! E=! F=! f=* a,interactive! S,server=@ d=* c=* z=* v,version# h,help# i,info# m,modules# l,syntax-check n t="},
	{"lua|luajit|luau|fennel|moon", "script versioned", "e=! l=* i! v# E W"},
	{"Rscript|r|littler", "script versioned", "e=! version# verbose default-packages= vanilla"},
	{"R", "opaque", "version#"},
	{"julia", "script versioned", "e,eval=! E,print=! L,load=* i! v,version# h,help# t= p= project=? J=*"},
	{"tclsh|wish|jimsh|gosh|chibi-scheme|csi|guile|racket|gracket|mit-scheme|chez|scheme|sbcl|clisp|ecl|ccl|abcl|newlisp|janet|hy|fsi|gst|io|rebol|red|factor|forth|gforth|swipl|gprolog|octave|octave-cli|matlab|maxima|gp|sage|ghci|ocaml|utop|erl|escript|elixir|iex|scala|scala-cli|amm|kotlin|kotlinc|groovy|groovysh|clojure|clj|bb|nbb|joker|jshell|nim|nimble|crystal|dart|irb|pry|bpython|ptpython|coffee|ts-node|tsx|esno|swc-node|babel-node|vite-node|livescript|zx|dotnet-script|evcxr|cling|rust-script|cargo-script|gore|yaegi|gomacro|starlark|jsonnet|nickel|dhall|cue|nix-instantiate|nix-repl", "code interpreter versioned", "version# V# v# e,eval,command=! E=! c=! help#"},
	{"java|javaw", "unknown single", "version# cp,classpath= jar= agentlib=* javaagent=* agentpath=*"},
	{"gcc|g++|cc|c++|clang|clang++|tcc|icc|icx|icpx|nvcc|gfortran|gnat|gdc|ldc2|dmd|emcc|em++|cpp|c89|c99|as|ld|ld.lld|ld.gold|lld|gas|nasm|yasm|ml64|cl|link|lib|ccache|distcc|sccache|ispc|opencc|hipcc", "unknown versioned", "o=> MF=> MD specs=* wrapper=! B=* fplugin=* I= L= D= U= l= isystem= include= x= T= Xlinker= Xpreprocessor= Xassembler= arch= target= MT= MQ="},
	{"rustc|rustdoc|ghc|runghc|runhaskell|cabal|stack|ocamlc|ocamlopt|ocamlfind|dune|opam|fpc|vala|valac|swiftc|javac|scalac|groovyc|mcs|csc|fsc|tsc|vue-tsc|tsserver|asc|elm|purs|spago|idris|idris2|agda|coqc|coqtop|lean|lake|solc|forge|hardhat|truffle|vyper|move|cairo|noir|nargo|flatc|protoc|thrift|capnp|buf|swig|antlr4|bison|flex|yacc|lex|re2c|gperf|cython|f2py|mypyc|nuitka|pyinstaller|pyarmor|wasm-pack|wasm-opt|wat2wasm|wasmtime|wasmer|tinygo|gopherjs|mlton|sml|nvfortran|v|odin|haxe|haxelib|gleam|roc", "unknown", "o=> o,out=> output=>"},
	{"go", "code", ""},
	{"golangci-lint|staticcheck|revive|errcheck|gosec|govulncheck|gotestsum|gotests|mockgen|mockery|stringer|wire|sqlc|ent|gqlgen|oapi-codegen|air|ginkgo|richgo|benchstat|pprof|deadcode|unparam|ineffassign|nilaway|gocyclo|gopls|godoc|pkgsite|goreleaser|ko|gox|garble|xgo", "unknown", "fix here"},
	{"pytest|py.test|nosetests|nose2|unittest|tox|nox|hypothesis|coverage|behave|robot|locust|mypy|dmypy|pyright|basedpyright|pyre|pytype|ruff|flake8|pylint|pycodestyle|pydocstyle|bandit|vulture|radon|pyflakes|sphinx-build|mkdocs|pdoc|invoke|inv|fab|doit|pre-commit|commitizen|cz|tbump|bump2version|bumpversion|alembic|celery|scrapy|dvc|mlflow|wandb|airflow|dbt|prefect|dagster|kedro|papermill|nbconvert|nbstripout|jupytext|marimo|manage.py", "unknown", "config=* p="},
	{"jest|mocha|vitest|ava|tap|karma|jasmine|cypress|playwright|wdio|nightwatch|testcafe|eslint|tslint|jshint|stylelint|xo|oxlint|rome|knip|depcheck|madge|size-limit|webpack|webpack-cli|rollup|esbuild|vite|parcel|swc|babel|browserify|snowpack|turbo|nx|lerna|gulp|grunt|bower|next|nuxt|astro|gatsby|remix|svelte-kit|ng|vue|vue-cli-service|react-scripts|expo|react-native|ember|quasar|ionic|cordova|capacitor|storybook|start-storybook|prisma|typeorm|sequelize|knex|drizzle-kit|graphql-codegen|nest|sls|cdk|amplify|sst|tailwindcss|postcss|sass|lessc|uglifyjs|terser|svgo|husky|lint-staged|commitlint|semantic-release|changeset|standard-version|release-it|np|concurrently|npm-run-all|run-s|run-p|wait-on|cross-env|patch-package|c8|nyc|istanbul|tsup|unbuild|tsd|typedoc|jsdoc|docusaurus|vuepress|vitepress|eleventy|hexo|hugo|jekyll|zola|gridsome|electron|electron-builder|electron-forge|tauri|pkg|nexe|node-gyp|node-pre-gyp|webpack-dev-server", "unknown", "config=* c= r=* require=*"},
	{"rspec|minitest|cucumber|rubocop|standardrb|reek|brakeman|rails|rackup|puma|unicorn|sidekiq|guard|cap|rake|thor|yard|rdoc|sorbet|srb|steep|solargraph|phpunit|pest|phpstan|psalm|phpcs|phpcbf|php-cs-fixer|rector|artisan|sail|drush|wp|behat|codecept|infection|mix|rebar3|ex_unit|credo|sbt|mill|lein|boot|gradle|gradlew|mvn|mvnw|mvnd|ant|ivy|detekt|checkstyle|spotbugs|pmd|jacoco|dotnet|msbuild|nuget|xbuild|paket|fake|csharpier|xcodebuild|xcrun|swift|swiftlint|fastlane|pod|carthage|tuist|flutter|fvm|pub|melos|adb|emulator|sdkmanager|avdmanager|cargo-nextest|cross|trunk|wasm-bindgen|dx|leptos|sea-orm-cli|sqlx|diesel|mdbook|bacon|typst|latex|pdflatex|xelatex|lualatex|latexmk|bibtex|biber|makeindex|tectonic|asciidoctor|rst2html|groff|troff|nroff|texi2pdf|doxygen|ctest|cpack|gtest|catch2|gcov|lcov|genhtml|gcovr|kcov|bats|shellspec|shunit2|roundup|act|earthly|dagger|tilt|skaffold|garden|devspace|okteto|devbox|direnv|asdf|mise|rtx|volta|fnm|nvm|n|rbenv|rvm|chruby|pyenv|jenv|sdk|goenv|tfenv|rustup|ghcup|juliaup|elan|luarocks", "unknown", ""},
}

// builders run a recipe of the project.
var builders = []program{
	{"make|gmake|bmake|remake", "unknown", "f,file,makefile= C,directory= I,include-dir= j,jobs=? l,load-average=? o,old-file= W,what-if= n,just-print eval=! E=! version#"},
	{"cmake|ccmake|cmake-gui", "unknown", "S= B= D= G= T= A= C=* P=* E=* build install preset= version#"},
	{"ninja|samu|meson|bazel|bazelisk|buck|buck2|pants|please|plz|scons|waf|just|task|mage|taskfile|b2|bjam|premake|premake5|xmake|conan|vcpkg|autoconf|automake|autoreconf|aclocal|libtool|libtoolize|pkg-config|pkgconf|configure|cookiecutter|copier|yo|degit|plop|hygen|ansible-lint|molecule|packer|yosys|vivado|quartus|platformio|pio|arduino-cli|esptool|openocd|west|idf.py|snapcraft|debuild|dpkg-buildpackage|rpmbuild|mock|makepkg|fpm|checkinstall|abuild|portage|nix-build|nixos-rebuild|home-manager|darwin-rebuild|guix", "unknown", "version#"},
}
