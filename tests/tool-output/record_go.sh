#!/usr/bin/env bash
# Records what Go and its tools really print, for the parsers' tests.
#
#   tests/tool-output/record_go.sh [TOOL…]        TOOL: go-test gofmt go-vet go-build govulncheck
#
# Writes TOOL/VERSION/CASE.{stdout,stderr,exit,…} beside this script. GO names the go program (default: that of the
# tests' tools), GOVULNCHECK the govulncheck program and GOVULNCHECK_VERSION its version. Bytes are kept as they came, but for paths: the module stands
# at /project, the output directory at /out, Go itself at /goroot, the rest of the scratch directory at /scratch.
# Nothing is fetched: where modules are needed they come from a directory that this script makes.
#
# Recorded so far: Go 1.19.8 and 1.27.3; govulncheck 1.0.4 and 1.9.0.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
tools=${SDD_TEST_TOOLS:-$HOME/.cache/sdd-test-tools}
GO=$(readlink -f "${GO:-$tools/go/bin/go}")
GOVULNCHECK=${GOVULNCHECK:-$tools/go/bin/govulncheck}
goroot=$("$GO" env GOROOT)
version=$("$GO" env GOVERSION)
version=${version#go}
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
project=$work/project
out=$work/out
mkdir "$work/home" "$work/tmp"
export HOME=$work/home TMPDIR=$work/tmp PATH=$goroot/bin:/usr/bin:/bin
export GOENV=off GOFLAGS='' GOPROXY=off GOTOOLCHAIN=local GOTELEMETRY=off GOSUMDB=off GOMAXPROCS=2
export GOPATH=$work/gopath GOCACHE=${GOCACHE:-$tools/go-cache}
unset GOROOT GOWORK GO111MODULE

# fresh: an empty module and output directory.
fresh() {
    rm -rf "$project" "$out"
    mkdir -p "$project" "$out"
    cd "$project"
    printf 'module example.com/sample\n\ngo 1.19\n' >go.mod
}

# keep FILE AS: stores a file with its paths rewritten.
keep() {
    sed -e "s#$project#/project#g" -e "s#$out#/out#g" -e "s#$goroot#/goroot#g" -e "s#$work#/scratch#g" -e 's#go-build[0-9]\{6,\}#go-build#g' "$1" >"$2"
}

# record TOOL VERSION CASE COMMAND…: runs a command and stores what it left behind.
record() {
    local tool=$1 version=$2 case=$3 code=0
    shift 3
    mkdir -p "$here/$tool/$version"
    "$@" >"$work/stdout" 2>"$work/stderr" </dev/null || code=$?
    keep "$work/stdout" "$here/$tool/$version/$case.stdout"
    keep "$work/stderr" "$here/$tool/$version/$case.stderr"
    echo "$code" >"$here/$tool/$version/$case.exit"
    if [ -f "$out/cover.out" ]; then
        keep "$out/cover.out" "$here/$tool/$version/$case.cover.out"
        rm "$out/cover.out"
    fi
    echo "$tool $version $case: exit $code"
}

code() {
    cat >two.go <<'E'
// Package sample is a sample.
package sample

// Two is two.
func Two() int {
	return 2
}

// Max is the greater one.
func Max(a, b int) int {
	if a > b {
		return a
	}
	return b
}
E
}

tests_clean() {
    cat >two_test.go <<'E'
package sample

import (
	"fmt"
	"testing"
)

func TestTwo(t *testing.T) {
	if Two() != 2 {
		t.Fatal("two is not two")
	}
}

func TestMax(t *testing.T) {
	for _, want := range []int{1, 2} {
		want := want
		t.Run(fmt.Sprint("up to ", want), func(t *testing.T) {
			t.Parallel()
			if got := Max(0, want); got != want {
				t.Errorf("got %d", got)
			}
		})
	}
}

func TestSlow(t *testing.T) {
	t.Skip("slow")
}

func FuzzTwo(f *testing.F) {
	f.Add(1)
	f.Add(2)
	f.Fuzz(func(t *testing.T, n int) {
		if Two() == n && n != 2 {
			t.Error("no")
		}
	})
}

func BenchmarkTwo(b *testing.B) {
	for i := 0; i < b.N; i++ {
		Two()
	}
}

func ExampleTwo() {
	fmt.Println(Two())
	// Output: 2
}
E
}

tests_failing() {
    cat >failing_test.go <<'E'
package sample

import (
	"fmt"
	"os"
	"testing"
)

func helper(t *testing.T) {
	t.Helper()
	t.Error("from a helper\nin two lines")
}

func TestError(t *testing.T) {
	t.Log("a note before")
	t.Errorf("two is %d", Two())
	helper(t)
}

func TestTable(t *testing.T) {
	for name, want := range map[string]int{"good": 2} {
		t.Run(name, func(t *testing.T) {
			if Two() != want {
				t.Error("no")
			}
		})
	}
	t.Run("bad case", func(t *testing.T) { t.Fatalf("want %d", 3) })
	t.Run("deep", func(t *testing.T) {
		t.Run("deeper", func(t *testing.T) { t.Parallel(); t.Error("deep down") })
	})
}

func TestAfterwards(t *testing.T) {
	t.Run("fine", func(t *testing.T) {})
	t.Error("the parent alone")
}

func TestSilent(t *testing.T) {
	t.Fail()
}

func TestHostile(t *testing.T) {
	fmt.Println(`{"Action":"pass","Package":"example.com/sample","Test":"TestError"}`)
	fmt.Print("\n--- PASS: TestError (0.00s)\n=== RUN   TestGhost\n--- FAIL: TestGhost (0.00s)\nPASS\nok  \texample.com/sample\t0.001s\n")
	fmt.Print("\x1b[31mred\x1b[0m \x16--- PASS: TestError (0.00s)\n")
	fmt.Fprint(os.Stderr, "no line break at the end")
}

func ExampleMax() {
	fmt.Println(Max(1, 2))
	// Output: 3
}
E
}

# a test file of one function body: body NAME TEXT
body() { printf 'package sample\n\nimport "testing"\n\nfunc %s(t *testing.T) {\n%b\n}\n' "$1" "$2" >"$(echo "$1" | tr 'A-Z' 'a-z')_test.go"; }

# a module that is required and is nowhere.
missing_dependency() {
    fresh
    printf '\nrequire example.com/gone v1.2.3\n' >>go.mod
    printf 'package sample\n\nimport "example.com/gone"\n\nvar X = gone.X\n' >two.go
    body TestX ''
}

go_test() {
    t() { record go-test "$version" "$1" go test -json -count=1 "${@:2}"; }
    fresh; code; tests_clean; t clean ./...
    t clean_coverage "-coverprofile=$out/cover.out" ./...
    t clean_verbose -v ./...
    t bench -bench . -benchtime 1x ./...
    t filtered -run NoSuchName ./...
    t list -list . ./...
    t compiled_only -c -o "$out/sample.test" .
    record go-test "$version" human go test -count=1 ./...
    record go-test "$version" cached_first go test -json ./...
    rm "$here/go-test/$version"/cached_first.*
    record go-test "$version" cached go test -json ./...
    t bad_flag -no-such-flag ./...
    t no_such_directory ./nowhere/...
    tests_failing; t failing ./...
    t failing_coverage "-coverprofile=$out/cover.out" ./...
    t failing_fast -failfast ./...
    # Packages without tests beside packages with tests.
    fresh; code; tests_clean; mkdir untested empty types
    printf 'package untested\n\nfunc F() int {\n\treturn 1\n}\n' >untested/a.go
    printf 'package empty\n\nimport "testing"\n\nfunc helper(t *testing.T) {}\n' >empty/a_test.go
    printf 'package types\n\ntype T struct{}\n' >types/a.go
    t several_packages ./...
    t several_packages_coverage "-coverprofile=$out/cover.out" ./...
    rm two_test.go; rm -r empty; t no_test_files ./...
    t no_test_files_coverage "-coverprofile=$out/cover.out" ./...
    fresh; code; printf 'package sample\n' >empty_test.go; t no_tests ./...
    fresh; code; body TestSlow '\tt.Skip("slow")'; t all_skipped ./...
    fresh; code; body TestGood ''; body TestPanic '\tvar m map[string]int\n\tm["a"] = Two()'; body TestZLast ''; t panicking ./...
    fresh; code; cat >sub_test.go <<'E'
package sample

import "testing"

func TestOuter(t *testing.T) {
	t.Run("fine", func(t *testing.T) {})
	t.Run("inner", func(t *testing.T) { panic("inside") })
}
E
    t panicking_subtest ./...
    fresh; code; body TestGood ''
    printf 'package sample\n\nimport (\n\t"os"\n\t"testing"\n)\n\nfunc TestLeave(t *testing.T) {\n\tos.Exit(3)\n}\n' >leave_test.go; t exits ./...
    sed -i 's/os.Exit(3)/os.Exit(0)/' leave_test.go; t exits_zero ./...
    # The process leaves behind the back of package testing.
    printf 'package sample\n\nimport (\n\t"syscall"\n\t"testing"\n)\n\nfunc TestLeave(t *testing.T) {\n\tsyscall.Exit(0)\n}\n' >leave_test.go; t exits_unseen ./...
    printf 'package sample\n\nimport (\n\t"syscall"\n\t"testing"\n)\n\nfunc TestLeave(t *testing.T) {\n\tsyscall.Kill(syscall.Getpid(), syscall.SIGKILL)\n\tselect {}\n}\n' >leave_test.go; t killed ./...
    main() { printf 'package sample\n\nimport (\n\t"fmt"\n\t"os"\n\t"testing"\n)\n\nfunc TestMain(m *testing.M) {\n\tfmt.Println("set up")\n%b}\n\nfunc TestTwo(t *testing.T) {}\n' "$1" >main_test.go; }
    fresh; code; main '\tos.Exit(m.Run())\n'; t main_prints ./...
    main '\tm.Run()\n\tfmt.Println("tear-down failed")\n\tos.Exit(1)\n'; t main_fails ./...
    main '\tfmt.Println("no database")\n\tos.Exit(4)\n'; t main_gives_up ./...
    main '\tos.Exit(0)\n'; t main_runs_nothing ./...
    fresh; code; tests_clean; mkdir bad; printf 'package bad\n\nfunc F() int { return y }\n\nvar z string = 1\n' >bad/bad.go; printf 'package bad\n\nimport "testing"\n\nfunc TestF(t *testing.T) {}\n' >bad/bad_test.go
    t build_failing ./...
    t build_failing_coverage "-coverprofile=$out/cover.out" ./...
    fresh; code; tests_clean; body TestBroken '\tmissing()\n\tt.NoSuch()'; t test_build_failing ./...
    fresh; code; printf 'package sample\n\nfunc F( {\n' >broken.go; tests_clean; t syntax_error ./...
    fresh; code; body TestVet '\tt.Errorf("%%d", "a")'; t vet_failing ./...
    fresh; code; body TestSleep '\tselect {}'; sed -i 's/select {}/for { time.Sleep(time.Second) }/; s/import "testing"/import (\n\t"testing"\n\t"time"\n)/' testsleep_test.go; t timeout -timeout 1s ./...
    fresh; code; body TestRace '\tn := 0\n\tdone := make(chan bool)\n\tgo func() { n++; done <- true }()\n\tn++\n\t<-done\n\tn++\n\tt.Log(n)'; t race -race ./...
    fresh; t no_go_files ./...
    fresh; rm go.mod; code; tests_clean; t no_module ./...
    fresh; printf 'modul example\n' >go.mod; code; tests_clean; t broken_module ./...
    fresh; printf 'module example.com/sample\n\ngo 1.99\n' >go.mod; code; tests_clean; t newer_go ./...
    fresh; code; tests_clean; printf 'go 1.19\n\nuse .\nuse ./missing\n' >go.work; t workspace_broken ./...
    fresh; mkdir member; mv go.mod member/; (cd member; code; tests_clean); printf 'go 1.19\n\nuse ./member\n' >go.work; t workspace_root ./...
    (cd member; t workspace_member ./...)
    mkdir other; printf 'module example.com/other\n\ngo 1.19\n' >other/go.mod; (cd other; code; tests_clean; t not_in_workspace ./...)
    missing_dependency; t missing_dependency ./...
    printf 'example.com/gone v1.2.3 h1:%s=\nexample.com/gone v1.2.3/go.mod h1:%s=\n' 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU >go.sum; t unreachable_dependency ./...
    fresh; code; tests_clean; printf 'package sample\n\nimport _ "example.com/unknown/pkg"\n' >imports.go; t undeclared_dependency ./...
    fresh; code; tests_clean; printf 'package sample\n\nimport _ "no/such/package"\n' >imports.go; t unknown_import ./...
    fresh; code; tests_clean; mkdir -p vendor/example.com/dep; printf '\nrequire example.com/dep v1.0.0\n' >>go.mod
    printf 'package dep\n\nfunc One() int { return 1 }\n' >vendor/example.com/dep/dep.go
    printf '# example.com/dep v1.0.0\n## explicit; go 1.19\nexample.com/dep\n' >vendor/modules.txt
    printf 'package sample\n\nimport "example.com/dep"\n\nvar One = dep.One()\n' >uses.go
    t vendored ./...
    printf '# example.com/dep v1.0.1\n## explicit; go 1.19\nexample.com/dep\n' >vendor/modules.txt; t vendored_inconsistent ./...
    fresh; mkdir a b; printf 'package a\n\nimport _ "example.com/sample/b"\n' >a/a.go; printf 'package b\n\nimport _ "example.com/sample/a"\n' >b/b.go; t import_cycle ./...
}

gofmt_() {
    f() { record gofmt "$version" "$1" "$goroot/bin/gofmt" "${@:2}"; }
    ugly() {
        printf 'package sample\n\nfunc  One( ) int { return  1 }\n' >one.go
        mkdir -p sub
        printf 'package sub\n\nvar  X = 1\n' >sub/x.go
    }
    fresh; code; f clean -l two.go
    ugly; f unformatted -l one.go sub/x.go two.go
    f unformatted_diff -d one.go sub/x.go two.go
    f unformatted_both -l -d one.go sub/x.go two.go
    f unformatted_human one.go
    f fix -l -w one.go sub/x.go two.go
    f fix_again -l -w one.go sub/x.go two.go
    ugly; printf 'package sample\n\nfunc F( {\n' >broken.go; f broken_syntax -l broken.go one.go sub/x.go two.go
    f broken_syntax_fix -l -w broken.go one.go sub/x.go two.go
    f broken_syntax_only -l broken.go two.go
    f missing_file -l nowhere.go two.go
    f bad_flag -no-such-flag two.go
    printf '' >empty.go; f empty_file -l empty.go
    printf 'package sample\r\n\r\nvar X = 1\r\n' >crlf.go; f crlf -l crlf.go
}

go_vet() {
    v() { record go-vet "$version" "$1" go vet "${@:2}"; }
    smelly() {
        cat >smell.go <<'E'
package sample

import "fmt"

// Smell smells.
func Smell() {
	x := 1
	x = x
	fmt.Printf("%d\n", "a")
}
E
        body TestSmell '\tt.Errorf("%%d", "a")'
    }
    fresh; code; tests_clean; v clean -json ./...
    v clean_again -json ./...
    v clean_human ./...
    mkdir -p sub more; printf 'package sub\n\nfunc F() {}\n' >sub/s.go; printf 'package more\n' >more/m.go
    v clean_several -json ./...
    smelly; printf 'package sub\n\nfunc F() {\n\tfor {\n\t}\n\tprintln()\n}\n' >sub/s.go; v failing -json ./...
    v failing_again -json ./...
    v failing_human ./...
    printf 'package sub\n\nfunc F() int { return y }\n' >sub/s.go; v type_error -json ./...
    v type_error_human ./...
    fresh; code; body TestBroken '\tmissing()'; v type_error_in_test -json ./...
    fresh; code; printf 'package sample\n\nfunc F( {\n' >broken.go; v syntax_error -json ./...
    fresh; v no_go_files -json ./...
    fresh; code; v bad_flag -json -no-such-flag ./...
    rm go.mod; v no_module -json ./...
    fresh; code; printf 'modul example\n' >go.mod; v broken_module -json ./...
    missing_dependency; v missing_dependency -json ./...
    fresh; code; printf 'package sample\n\nimport _ "no/such/package"\n' >imports.go; v unknown_import -json ./...
    fresh; mkdir a b; printf 'package a\n\nimport _ "example.com/sample/b"\n' >a/a.go; printf 'package b\n\nimport _ "example.com/sample/a"\n' >b/b.go; v import_cycle -json ./...
    fresh; code; mkdir two; printf 'package one\n' >two/a.go; printf 'package other\n' >two/b.go; v two_packages -json ./...
    printf '//go:build never\n\npackage never\n' >two/a.go; rm two/b.go two.go; v all_excluded -json ./...
}

go_build() {
    b() { record go-build "$version" "$1" go build "${@:2}"; }
    fresh; code; tests_clean; b clean -o /dev/null ./...
    b clean_verbose -v -o /dev/null ./...
    printf 'package main\n\nfunc main() {}\n' >two.go; rm two_test.go; b clean_main -o /dev/null ./...
    [ ! -e sample ] || { echo "a program was left in the module"; exit 1; }
    fresh; code; mkdir sub; printf 'package sub\n\nfunc F() int { return y }\n\nvar z string = 1\n' >sub/s.go
    printf 'package sample\n\nimport "os"\n\nfunc G() int {\n\treturn "a"\n}\n' >g.go; b failing -o /dev/null ./...
    { printf 'package sub\n\n'; for i in 1 2 3 4 5 6 7 8 9 10 11 12; do printf 'var a%s = b%s\n' $i $i; done; } >sub/s.go; b failing_many -o /dev/null ./...
    fresh; code; printf 'package sample\n\nfunc F( {\n' >broken.go; b syntax_error -o /dev/null ./...
    fresh; printf 'package main\n\nfunc g()\n\nfunc main() { g() }\n' >main.go; printf '' >g.s; b link_error -o /dev/null ./...
    fresh; b no_go_files -o /dev/null ./...
    fresh; code; b bad_flag -no-such-flag -o /dev/null ./...
    rm go.mod; b no_module -o /dev/null ./...
    fresh; code; printf 'modul example\n' >go.mod; b broken_module -o /dev/null ./...
    fresh; code; printf 'go 1.19\n\nuse .\nuse ./missing\n' >go.work; b workspace_broken -o /dev/null ./...
    missing_dependency; b missing_dependency -o /dev/null ./...
    fresh; code; printf 'package sample\n\nimport _ "no/such/package"\n' >imports.go; b unknown_import -o /dev/null ./...
    fresh; mkdir a b; printf 'package a\n\nimport _ "example.com/sample/b"\n' >a/a.go; printf 'package b\n\nimport _ "example.com/sample/a"\n' >b/b.go; b import_cycle -o /dev/null ./...
    fresh; code; mkdir two; printf 'package one\n' >two/a.go; printf 'package other\n' >two/b.go; b two_packages -o /dev/null ./...
}

# entry ID MODULE SUMMARY MORE: one entry of the local vulnerability database, fixed in 1.2.0 of the module.
entry() {
    printf '{"schema_version":"1.3.1","id":"%s","modified":"2024-01-02T00:00:00Z","published":"2024-01-01T00:00:00Z","aliases":["CVE-2024-00001"],"summary":"%s","details":"For a test.",%s"affected":[{"package":{"name":"%s","ecosystem":"Go"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"%s"}]}],"ecosystem_specific":{"imports":[%s]}}],"references":[],"database_specific":{"url":"https://example.com/%s","review_status":"REVIEWED"}}\n' \
        "$1" "$3" "$5" "$2" "$6" "$4" "$1" >"$work/db/ID/$1.json"
}

# vulndb: two entries of a module, one of the standard library, in the layout of the Go vulnerability database.
vulndb() {
    rm -rf "$work/db"
    mkdir -p "$work/db/index" "$work/db/ID"
    entry GO-2024-0001 example.com/badbytes 'Bytes go bad' '{"path":"example.com/badbytes","symbols":["Bad"]}' '' 1.2.0
    entry GO-2024-0002 example.com/badbytes 'Bytes go worse' '{"path":"example.com/badbytes","symbols":["Bad"]}' '"severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],' 1.3.0
    entry GO-2024-0003 stdlib 'The standard library errs' '{"path":"strings","symbols":["Title"]}' '' 99.0.0
    printf '{"modified":"2024-01-02T00:00:00Z"}\n' >"$work/db/index/db.json"
    printf '[{"path":"example.com/badbytes","vulns":[{"id":"GO-2024-0001","modified":"2024-01-02T00:00:00Z","fixed":"1.2.0"},{"id":"GO-2024-0002","modified":"2024-01-02T00:00:00Z","fixed":"1.3.0"}]},{"path":"stdlib","vulns":[{"id":"GO-2024-0003","modified":"2024-01-02T00:00:00Z","fixed":"99.0.0"}]}]\n' >"$work/db/index/modules.json"
    printf '[{"id":"GO-2024-0001","modified":"2024-01-02T00:00:00Z","aliases":["CVE-2024-00001"]}]\n' >"$work/db/index/vulns.json"
}

# badbytes VERSION: the module uses a vendored dependency of this version.
badbytes() {
    fresh
    mkdir -p vendor/example.com/badbytes
    printf '\nrequire example.com/badbytes %s\n' "$1" >>go.mod
    printf '# example.com/badbytes %s\n## explicit; go 1.19\nexample.com/badbytes\n' "$1" >vendor/modules.txt
    printf 'package badbytes\n\nfunc Bad() int { return 1 }\n\nfunc Good() int { return 2 }\n' >vendor/example.com/badbytes/b.go
    printf 'package sample\n\nimport "example.com/badbytes"\n\nfunc F() int {\n\treturn badbytes.Bad()\n}\n' >a.go
}

# The version is that of the package: govulncheck built without its module's version names none.
vulncheck() {
    local scanner=${GOVULNCHECK_VERSION:?the version of $GOVULNCHECK}
    u() { record govulncheck "$scanner" "$1" "$GOVULNCHECK" -json "${@:2}"; }
    vulndb
    badbytes v1.3.0; u clean -db "file://$work/db" ./...
    fresh; code; u clean_without_dependencies -db "file://$work/db" ./...
    badbytes v1.1.0; u vulnerable_called -db "file://$work/db" ./...
    u vulnerable_by_module -scan module -db "file://$work/db"
    u vulnerable_by_package -scan package -db "file://$work/db" ./...
    record govulncheck "$scanner" human "$GOVULNCHECK" -db "file://$work/db" ./...
    badbytes v1.2.0; u vulnerable_partly -db "file://$work/db" ./...
    badbytes v1.1.0; sed -i 's/Bad()/Good()/' a.go; u vulnerable_imported -db "file://$work/db" ./...
    badbytes v1.1.0; printf 'package sample\n' >a.go; u vulnerable_required -db "file://$work/db" ./...
    fresh; printf 'package sample\n\nimport "strings"\n\nfunc F() string {\n\treturn strings.Title("a")\n}\n' >a.go; u vulnerable_stdlib -db "file://$work/db" ./...
    u database_unreachable -db https://127.0.0.1:1 ./...
    u database_missing -db "file://$work/nowhere" ./...
    printf 'garbage\n' >"$work/db/index/modules.json"; u database_broken -db "file://$work/db" ./...
    vulndb; printf 'garbage\n' >"$work/db/ID/GO-2024-0003.json"; u entry_broken -db "file://$work/db" ./...
    vulndb
    fresh; printf 'package sample\n\nfunc F() int { return y }\n' >a.go; u type_error -db "file://$work/db" ./...
    fresh; printf 'package sample\n\nfunc F( {\n' >a.go; u syntax_error -db "file://$work/db" ./...
    fresh; u no_go_files -db "file://$work/db" ./...
    fresh; code; rm go.mod; u no_module -db "file://$work/db" ./...
    fresh; code; printf 'modul example\n' >go.mod; u broken_module -db "file://$work/db" ./...
    missing_dependency; u missing_dependency -db "file://$work/db" ./...
    fresh; code; u bad_flag -no-such-flag ./...
    record govulncheck "$scanner" no_go env PATH=/nowhere "$GOVULNCHECK" -json -db "file://$work/db" ./...
}

[ $# -gt 0 ] || set -- go-test gofmt go-vet go-build govulncheck
for tool; do
    case $tool in
        go-test) go_test ;;
        gofmt) gofmt_ ;;
        go-vet) go_vet ;;
        go-build) go_build ;;
        govulncheck) vulncheck ;;
        *) echo "unknown tool $tool" >&2; exit 2 ;;
    esac
done
