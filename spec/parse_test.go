package spec

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var update = flag.Bool("update", false, "write the .want files of testdata anew")

// TestProblems compares what is said of each file of testdata, word by word.
func TestProblems(t *testing.T) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("testdata: %d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s, err := Parse(filepath.Base(file), "/srv/site", data)
			if err == nil {
				t.Fatalf("no problem found: %+v", s)
			}
			got := err.Error() + "\n"
			wantFile := strings.TrimSuffix(file, ".yaml") + ".want"
			if *update {
				if err := os.WriteFile(wantFile, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(wantFile)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseComplete(t *testing.T) {
	got, err := Parse("x/osssync.yaml", "/srv", []byte(`
version: 1
stores:
  sandbox: {embedded: .osssync/sandbox}
  prod: {region: cn-hangzhou, endpoint: "https://OSS.example.com:8443", credentials: anonymous}
mappings:
  - name: site
    local: ./public/
    to: oss://my-site/www
    store: prod
    include: [public/, "*.md"]
    exclude: ["*.map"]
    allow: [.env, keys/]
    prune: managed
    order: ["**", "*.html"]
    headers:
      - match: "*.html"
        set: {cache-control: no-cache, X-Oss-Meta-Build: "42"}
    symlinks: follow
    transfer: {threshold: 0, partSize: 8MB, files: 1, parts: 64, bandwidth: 1MiB}
    uploads: {abortAfter: 1w}
    guard: {maxDeletes: 0, maxDeletePercent: 100, maxObjects: 7, maxObjectSize: 1TiB, maxTotalSize: 2B}
    watch: {enabled: false, settle: 1m30s, rescan: 1h, prune: true, drift: report}
  - {name: copy, local: ../copy, from: "oss://my-site/", store: sandbox}
`))
	if err != nil {
		t.Fatal(err)
	}
	want := &Spec{
		Path: "x/osssync.yaml",
		Dir:  "/srv",
		Stores: []Store{
			{Name: "prod", Region: "cn-hangzhou", Endpoint: "https://oss.example.com:8443", Credentials: Credentials{From: CredentialsAnonymous}},
			{Name: "sandbox", Embedded: "/srv/.osssync/sandbox"},
		},
		Mappings: []Mapping{{
			Name: "site", Local: "./public/", Root: "/srv/public", Direction: Push,
			Bucket: "my-site", Prefix: "www/", Store: "prod",
			Include: []string{"public/", "*.md"}, Exclude: []string{"*.map"},
			Allow: []string{".env", "keys/"},
			Prune: PruneManaged, Order: []string{"**", "*.html"},
			Headers:  []HeaderRule{{"*.html", map[string]string{"Cache-Control": "no-cache", "x-oss-meta-build": "42"}}},
			Symlinks: SymlinksFollow,
			Transfer: Transfer{Threshold: 0, PartSize: 8_000_000, Files: 1, Parts: 64, Bandwidth: 1 << 20},
			Uploads:  Uploads{AbortAfter: 7 * 24 * time.Hour},
			Guard:    Guard{MaxDeletes: 0, MaxDeletePercent: 100, MaxObjects: 7, MaxObjectSize: 1 << 40, MaxTotalSize: 2},
			Watch:    Watch{Settle: 90 * time.Second, Rescan: time.Hour, Prune: true, Drift: DriftReport},
		}, {
			Name: "copy", Local: "../copy", Root: "/copy", Direction: Pull,
			Bucket: "my-site", Prefix: "", Store: "sandbox",
			Include:  []string{"**"},
			Transfer: Transfer{Threshold: 10 << 20, PartSize: 10 << 20, Files: 32, Parts: 4},
			Guard:    Guard{MaxDeletes: 1000, MaxDeletePercent: 25},
			Watch:    Watch{Enabled: true, Settle: 2 * time.Second, Rescan: 10 * time.Minute},
		}},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Mapping{}), cmpopts.IgnoreFields(Spec{}, "Digest")); diff != "" {
		t.Errorf("spec (-want +got):\n%s", diff)
	}
	if m, ok := got.Mapping("copy"); !ok || m != &got.Mappings[1] || m.URL() != "oss://my-site/" {
		t.Errorf("mapping copy: %v, %v", m, ok)
	}
	if s, ok := got.Store("sandbox"); !ok || s.Name != "sandbox" {
		t.Errorf("store sandbox: %v, %v", s, ok)
	}
	if _, ok := got.Mapping("none"); ok {
		t.Error("a mapping that is not there")
	}
	if _, ok := got.Store("none"); ok {
		t.Error("a store that is not there")
	}
}

const valid = `{"version": 1, "stores": {"prod": {"region": "cn-hangzhou"}},
"mappings": [{"name": "site", "local": "a", "to": "oss://my-site/", "exclude": ["secret/"]}]}`

func TestParseDigest(t *testing.T) {
	s, err := Parse("a.yaml", "/", []byte("version: 1\nstores: {a: {region: cn-hangzhou}}\nmappings: [{name: a, local: a, to: \"oss://abc/\"}]\n"))
	if err != nil {
		t.Fatal(err)
	}
	const want = "ab16b7e5e2bd28e50e2ba77f0553a03757691128865ddd44be2a2f4e8fc166a9"
	if s.Digest != want {
		t.Errorf("digest %s, want %s", s.Digest, want)
	}
}

// TestY5_CutFile: a spec in the form of JSON cannot be cut and still be valid.
func TestY5_CutFile(t *testing.T) {
	if _, err := Parse("a.yaml", "/srv", []byte(valid)); err != nil {
		t.Fatal(err)
	}
	for i := range len(valid) {
		if _, err := Parse("a.yaml", "/srv", []byte(valid[:i])); err == nil {
			t.Errorf("valid without its last %d bytes: %s", len(valid)-i, valid[:i])
		}
	}
}

func TestErrors(t *testing.T) {
	_, err := Parse("a.yaml", "/srv", []byte("version: 1\nx: 1\ny: 2\n"))
	var list Errors
	if !errors.As(err, &list) || len(list) != 4 {
		t.Fatalf("error %v, want an Errors of 4", err)
	}
	var first *FieldError
	if !errors.As(err, &first) || first != list[0] {
		t.Errorf("first problem %v, want %v", first, list[0])
	}
	bare := FieldError{File: "a.yaml", Line: 1, Column: 2, What: "nothing"}
	if got, want := bare.Error(), "a.yaml:1:2: nothing"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
	if !slices.IsSortedFunc(list, func(a, b *FieldError) int { return a.Line - b.Line }) {
		t.Errorf("not in the order of the file:\n%v", list)
	}
}

func TestErrorsAreCounted(t *testing.T) {
	var b strings.Builder
	for i := range 500 {
		b.WriteString("x" + strconv.Itoa(i) + ": 1\n")
	}
	_, err := Parse("a.yaml", "/srv", []byte(b.String()))
	var list Errors
	if !errors.As(err, &list) || len(list) != maxProblems {
		t.Fatalf("%d problems, want %d", len(list), maxProblems)
	}
	if got, want := list[maxProblems-1].What, "404 more problems"; got != want {
		t.Errorf("last problem %q, want %q", got, want)
	}
}

// TestX9_NoContent: what stands in a file that is no spec is not told.
func TestX9_NoContent(t *testing.T) {
	const secret = "hunter2-hunter2"
	for _, text := range []string{
		secret, "- " + secret, "version: " + secret, "version: 1\nstores: " + secret,
		"a: 'b\n" + secret, "*" + secret, "a: *" + secret, "&" + secret + " x",
		"version: 1\nstores: {p: {region: cn-hangzhou, endpoint: 'https://u:" + secret + "@h'}}",
		"version: 1\nstores: {p: {region: cn-hangzhou, endpoint: 'https://h/" + secret + "'}}",
		"version: 1\nstores: {p: {region: cn-hangzhou, endpoint: 'https://" + secret + "%zz'}}",
		"version: 1\nstores: {p: {region: cn-hangzhou, accessKeySecret: " + secret + "}}",
	} {
		_, err := Parse("a.yaml", "/srv", []byte(text))
		if err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%q: error %v", text, err)
		}
	}
}

func TestParseTooLarge(t *testing.T) {
	data := valid + strings.Repeat(" ", maxBytes-len(valid))
	if _, err := Parse("a.yaml", "/srv", []byte(data)); err != nil {
		t.Errorf("1 MiB: %v", err)
	}
	if _, err := Parse("a.yaml", "/srv", []byte(data+" ")); err == nil || !strings.Contains(err.Error(), "1 MiB") {
		t.Errorf("1 MiB and a byte: %v", err)
	}
}
