package policy

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/osssync/osssync/spec"
)

const good = `version: 1
endpoints: ["*.aliyuncs.com", oss.example.com]
buckets: [site, other]
prefixes: ["oss://site/www/", "oss://other/"]
credentials: [env, oidc]
roots: [tree, /srv/certs]
deletes: false
`

// lexical is a world without symbolic links.
var lexical = World{
	Endpoint: func(s spec.Store) (string, error) {
		if s.Endpoint != "" {
			return s.Endpoint, nil
		}
		return "https://oss-" + s.Region + ".aliyuncs.com", nil
	},
	Inside: func(path, folder string) bool { return path == folder || strings.HasPrefix(path, folder+"/") },
}

func wish(t *testing.T, stores, mapping string) *spec.Spec {
	t.Helper()
	s, err := spec.Parse("osssync.yaml", "/specs", []byte("version: 1\nstores: {"+stores+"}\nmappings:\n- {name: m, "+mapping+"}\n"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestCheck(t *testing.T) {
	p, err := parse("policy.yaml", "/specs", []byte(good))
	if err != nil {
		t.Fatal(err)
	}
	const store, push = "a: {region: cn-hangzhou}", "local: tree/x, to: oss://site/www/x/"
	const role = "{from: assume-role, roleArn: 'acs:ram::1:role/r', source: env}"
	for _, tt := range []struct {
		name, stores, mapping string
		want                  []string
	}{
		{"allowed", store, push, nil},
		{"the root itself", store, "local: tree, from: oss://other/", nil},
		{"a host by name", "a: {region: r, endpoint: 'https://OSS.example.com:8443', caFile: /srv/certs/ca.pem}", push, nil},
		{"an embedded store in a root", "a: {embedded: tree/box}", "local: /srv/certs/x, to: oss://site/www/", nil},
		{"another host", "a: {region: r, endpoint: 'https://evil-aliyuncs.com'}", push, []string{`stores.a.endpoint: "https://evil-aliyuncs.com" is not allowed by endpoints`}},
		{"this machine", "a: {region: r, endpoint: 'http://127.0.0.1:80'}", push, []string{`stores.a.endpoint: "http://127.0.0.1:80" is not allowed by endpoints`}},
		{"another source", "a: {region: r, credentials: " + role + "}", push, []string{`stores.a.credentials: "assume-role" is not allowed by credentials`}},
		{"a file elsewhere", "a: {region: r, caFile: x.pem}", push, []string{`stores.a.caFile: "/specs/x.pem" is not allowed by roots`}},
		{"an embedded store elsewhere", "a: {embedded: /tmp/box}", push, []string{`stores.a.embedded: "/tmp/box" is not allowed by roots`}},
		{"another bucket", store, "local: tree, to: oss://bank/", []string{`mappings[0].to: "bank" is not allowed by buckets`, `mappings[0].to: "oss://bank/" is not allowed by prefixes`}},
		{"above the prefix", store, "local: tree, from: oss://site/", []string{`mappings[0].from: "oss://site/" is not allowed by prefixes`}},
		{"beside the prefix", store, "local: tree, to: oss://site/www2/", []string{`mappings[0].to: "oss://site/www2/" is not allowed by prefixes`}},
		{"another tree", store, "local: ../etc, to: oss://site/www/", []string{`mappings[0].local: "/etc" is not allowed by roots`}},
		{"beside the tree", store, "local: tree2, to: oss://site/www/", []string{`mappings[0].local: "/specs/tree2" is not allowed by roots`}},
		{"deletes", store, push + ", prune: managed, uploads: {abortAfter: 7d}", []string{`mappings[0].prune: "managed" is not allowed by deletes`, `mappings[0].uploads.abortAfter: "168h0m0s" is not allowed by deletes`}},
	} {
		err := p.Check(wish(t, tt.stores, tt.mapping), lexical)
		var got []string
		if refused := new(RefusedError); errors.As(err, &refused) {
			for _, r := range refused.Refusals {
				got = append(got, r.String())
			}
			if !strings.HasPrefix(err.Error(), `policy "policy.yaml" refuses spec "osssync.yaml"`) || refused.Hint() == "" {
				t.Errorf("%s: %v", tt.name, err)
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
	lost := lexical
	lost.Endpoint = func(spec.Store) (string, error) { return "", errors.New("unknown") }
	if p.Check(wish(t, store, push), lost) == nil {
		t.Error("an endpoint that cannot be told is allowed")
	}
	all, err := parse("p", "/specs", []byte("version: 1\nendpoints: ['*.aliyuncs.com']\nbuckets: [site]\nroots: [/]\ndeletes: true\n"))
	if err != nil || all.Check(wish(t, store, push+", prune: all"), World{lexical.Endpoint, func(string, string) bool { return true }}) != nil {
		t.Errorf("%v", err)
	}
	none, err := parse("p", "/specs", []byte("version: 1\nendpoints: []\nbuckets: []\nprefixes: []\nroots: []\ndeletes: false\n"))
	if err != nil || len(none.Check(wish(t, store, push), lexical).(*RefusedError).Refusals) != 4 {
		t.Errorf("%v", err)
	}
}

func TestLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "policy.yaml")
	for text, says := range map[string]string{
		good:                       "",
		"":                         "empty file",
		"version: 2\n":             "version 2",
		"version: 1\n":             "missing; an empty list allows none",
		good + "bucket: [x]\n":     "line 8: field bucket not found",
		good + "deletes: true\n":   `mapping key "deletes" already defined`,
		good + "---\nversion: 1\n": "a second document",
		"- a\n":                    "cannot unmarshal",
		strings.Replace(good, "oss://site/www/", "oss://site/www", 1): `prefixes[0]: "oss://site/www" is not of the form`,
		strings.Replace(good, "roots: [tree", "roots: [''", 1):        "roots[0]: empty",
		strings.Replace(good, "false", "nein", 1):                     "cannot unmarshal",
		strings.Repeat("#", maxBytes+1):                               "at most 1 MiB",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		p, err := Load(path)
		if says == "" {
			if err != nil || p.text.Roots[0] != filepath.Join(filepath.Dir(path), "tree") {
				t.Errorf("%v", err)
			}
		} else if !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), says) {
			t.Errorf("%.60q: %v, want %q", text, err, says)
		}
	}
	if _, err := Load(path + ".gone"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
	if _, err := Load(filepath.Dir(path)); !errors.Is(err, ErrInvalid) {
		t.Errorf("%v", err)
	}
}

// The example of the guide is a policy.
func TestDocs(t *testing.T) {
	text, err := os.ReadFile("../../docs/credentials.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, found := strings.Cut(string(text), "```yaml\n# osssync plan --policy")
	example, _, _ = strings.Cut("#"+example, "```")
	if p, err := parse("example", "/", []byte(example)); !found || err != nil || len(p.text.Prefixes) == 0 {
		t.Errorf("%v of\n%s", err, example)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte("a: &a [*a]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if p, err := parse("p", "/", text); err == nil && (p.text.Buckets == nil || p.text.Deletes == nil) {
			t.Errorf("%q", text)
		}
	})
}
