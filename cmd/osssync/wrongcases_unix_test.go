//go:build unix

package main

import (
	"errors"
	"fmt"
	"hash/crc32"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/gofrs/flock"

	"github.com/osssync/osssync/internal/ossserver"
)

// wrongCases are all wrong inputs, by the group whose golden file has them.
func wrongCases() map[string][]wrongCase {
	return map[string][]wrongCase{
		"spec": wrongSpecs(), "usage": wrongUsage(), "credentials": wrongCredentials(), "service": wrongServices(),
		"planfile": wrongPlanFiles(), "state": wrongStates(), "source": wrongSources(),
	}
}

// replaced is a good spec with something else in place of a part of it.
func replaced(old, new string) func(*wrongWorld) {
	return func(w *wrongWorld) { w.edit("osssync.yaml", old, new) }
}

// written is a spec of its own.
func written(text string) func(*wrongWorld) {
	return func(w *wrongWorld) { w.write("osssync.yaml", text) }
}

func wrongSpecs() []wrongCase {
	return []wrongCase{
		{"no spec", "validate", func(w *wrongWorld) { w.remove("osssync.yaml") }},
		{"no spec, for a plan", "plan -f nosuch.yaml", nil},
		{"spec is a folder", "validate -f tree", nil},
		{"spec is a pipe", "plan -f pipe", func(w *wrongWorld) { w.check(syscall.Mkfifo(filepath.Join(w.dir, "pipe"), 0o600)) }},
		{"empty spec", "plan", written("")},
		{"no YAML", "plan", written("version: 1\nstores: [\n")},
		{"not UTF-8", "plan", written("version: 1\nstores: caf\xe9\n")},
		{"newer version", "plan", replaced("version: 1", "version: 2")},
		{"no version", "plan", replaced("version: 1\n", "")},
		{"cut off", "plan", written("version: 1\nstores:\n  remote: {region: cn-hangzhou}\n")},
		{"typing error in a field", "plan", replaced("prune:", "prunee:")},
		{"typing error in a word", "plan", replaced("prune: all", "prune: alll")},
		{"a word that is a boolean", "plan", replaced("prune: all", "prune: no")},
		{"duplicate key", "plan", replaced("prune: all", "local: other")},
		{"second document", "plan", replaced("prune: all", "prune: all\n---\nversion: 1")},
		{"anchor", "plan", replaced("local: tree", "local: &t tree")},
		{"variable", "plan", replaced("local: tree", "local: $HOME/tree")},
		{"key in the spec", "plan", replaced("credentials: env", "accessKeySecret: geheim")},
		{"switch for a record", "plan", replaced("prune: all", "watch: true")},
		{"no address", "plan", replaced("to: oss://my-bucket/x/", "to: s3://my-bucket/x/")},
		{"bucket name", "plan", replaced("my-bucket", "My_Bucket")},
		{"number out of range", "plan", replaced("prune: all", "guard: {maxDeletePercent: 101}")},
		{"pattern", "plan", replaced("prune: all", `exclude: ["[a"]`)},
		{"root of the machine with prune", "plan", replaced("local: tree", "local: /")},
		{"overlapping prefixes", "plan", replaced("prune: all", "prune: all\n  - {name: two, local: two, to: \"oss://my-bucket/x/y/\"}")},
		{"overlapping roots", "plan", replaced("prune: all", "prune: all\n  - {name: two, local: tree/two, from: \"oss://my-bucket/z/\"}")},
		{"http to a host", "plan", replaced("$ENDPOINT", "http://oss.example.com")},
	}
}

func wrongUsage() []wrongCase {
	return []wrongCase{
		{"no command", "", nil},
		{"no such command", "frobnicate", nil},
		{"no such flag", "plan --frob", nil},
		{"wrong word of a flag", "plan --format xml", nil},
		{"wrong number of a flag", "plan --allow-deletes many", nil},
		{"wrong age of a flag", "apply --max-plan-age soon site.plan", nil},
		{"no such mapping", "plan --mapping nosuch", nil},
		{"plan over the spec", "plan --out osssync.yaml", nil},
		{"plan over a folder", "plan --out tree", nil},
		{"plan over a link", "plan --out site.plan", func(w *wrongWorld) { w.check(os.Symlink("osssync.yaml", filepath.Join(w.dir, "site.plan"))) }},
		{"plan in no folder", "plan --out nosuch/site.plan", nil},
		{"PLAN with --mapping", "apply --mapping site site.plan", nil},
		{"nobody to ask", "apply", nil},
		{"JSON shows nothing to ask about", "apply --format json", nil},
		{"init over a spec", "init", nil},
		{"show without a PLAN", "show", nil},
		{"put of a key with dots", "put tree/a.txt oss://my-bucket/a/../b", nil},
		{"put to no address", "put tree/a.txt my-bucket/a", nil},
		{"put of nothing", "put nosuch oss://my-bucket/a", nil},
		{"get over a file", "get oss://my-bucket/a tree/a.txt", nil},
		{"get of no object", "get oss://my-bucket/nosuch copy", nil},
		{"list of no bucket", "ls oss:///a", nil},
		{"abort of everything", "uploads --abort", nil},
		{"abort of any age", "uploads oss://my-bucket/ --abort --auto-approve", nil},
		{"serve to others with a known key", "serve --dir d --addr 0.0.0.0:0", nil},
		{"serve with half a key", "serve --dir d --addr 127.0.0.1:0 --access-key-id x", nil},
		{"serve nowhere", "serve --dir d --addr nonsense", nil},
	}
}

func wrongCredentials() []wrongCase {
	without := func(names ...string) func(*wrongWorld) {
		return func(w *wrongWorld) {
			for _, name := range names {
				delete(w.env, name)
			}
		}
	}
	return []wrongCase{
		{"none", "plan", without("OSS_ACCESS_KEY_ID", "OSS_ACCESS_KEY_SECRET")},
		{"half", "plan", without("OSS_ACCESS_KEY_SECRET")},
		{"unknown id", "plan", func(w *wrongWorld) { w.env["OSS_ACCESS_KEY_ID"] = "nobody" }},
		{"wrong secret", "plan", func(w *wrongWorld) { w.env["OSS_ACCESS_KEY_SECRET"] = "wrong" }},
		{"wrong secret, JSON", "plan --format json", func(w *wrongWorld) { w.env["OSS_ACCESS_KEY_SECRET"] = "wrong" }},
		{"no right", "apply --auto-approve", func(w *wrongWorld) {
			w.set(func() { w.fault = &ossserver.Fault{Status: 403, Code: "AccessDenied"} })
		}},
		{"endpoint of others", "plan", replaced("$ENDPOINT", "https://oss.example.com")},
	}
}

// otherListing is a listing as good as any, but of a bucket that nobody asked for.
const otherListing = `<?xml version="1.0"?><ListBucketResult><Name>other</Name><Prefix>x/</Prefix><MaxKeys>1000</MaxKeys>` +
	`<EncodingType>url</EncodingType><IsTruncated>false</IsTruncated><KeyCount>0</KeyCount></ListBucketResult>`

func wrongServices() []wrongCase {
	answers := func(f ossserver.Fault) func(*wrongWorld) {
		return func(w *wrongWorld) { w.set(func() { w.fault = &f }) }
	}
	return []wrongCase{
		{"no such bucket", "plan", replaced("my-bucket", "other-bucket")},
		{"no such bucket, apply", "apply --auto-approve", replaced("my-bucket", "other-bucket")},
		{"wrong region", "plan", replaced("cn-hangzhou", "cn-beijing")},
		{"nobody listens", "plan", func(w *wrongWorld) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			w.check(errors.Join(err, l.Close()))
			w.edit("osssync.yaml", w.endpoint, "http://"+l.Addr().String())
		}},
		{"page of a proxy", "plan", answers(ossserver.Fault{Status: 200, Body: []byte("<html>log in</html>"),
			Header: map[string]string{"Content-Type": "text/html", "X-Oss-Request-Id": ""}})},
		{"page with the marks of the service", "plan", answers(ossserver.Fault{Status: 200, Body: []byte("<html>log in</html>"),
			Header: map[string]string{"Content-Type": "text/html"}})},
		{"empty answer", "plan", answers(ossserver.Fault{Status: 200, Body: []byte{}})},
		{"error with status 200", "plan", answers(ossserver.Fault{Status: 200,
			Body: []byte(`<?xml version="1.0"?><Error><Code>InternalError</Code></Error>`), Header: map[string]string{"Content-Type": "application/xml"}})},
		{"listing of another bucket", "plan", func(w *wrongWorld) {
			w.edit("osssync.yaml", "to: oss", "from: oss")
			answers(ossserver.Fault{Status: 200, Header: map[string]string{"Content-Type": "application/xml"}, Body: []byte(otherListing)})(w)
		}},
		{"redirect", "plan", answers(ossserver.Fault{Status: 307, Code: "TemporaryRedirect", Header: map[string]string{"Location": "http://192.0.2.1/"}})},
	}
}

func wrongPlanFiles() []wrongCase {
	saved := func(wrong func(w *wrongWorld)) func(*wrongWorld) {
		return func(w *wrongWorld) {
			w.done("plan --out site.plan")
			wrong(w)
		}
	}
	cut := func(w *wrongWorld) {
		text := strings.TrimSuffix(w.read("site.plan"), "\n")
		w.write("site.plan", text[:strings.LastIndex(text, "\n")+1])
	}
	edited := func(w *wrongWorld) { w.edit("site.plan", "a.txt", "b.txt") }
	newer := func(w *wrongWorld) { w.edit("site.plan", `"format":1`, `"format":2`) }
	return []wrongCase{
		{"no such file", "apply nosuch.plan", nil},
		{"no such file, show", "show nosuch.plan", nil},
		{"a folder", "apply tree", nil},
		{"a folder, show", "show tree", nil},
		{"no plan", "apply tree/a.txt", nil},
		{"empty", "apply site.plan", func(w *wrongWorld) { w.write("site.plan", "") }},
		{"empty, show", "show site.plan", func(w *wrongWorld) { w.write("site.plan", "") }},
		{"cut off", "apply site.plan", saved(cut)},
		{"cut off, show", "show site.plan", saved(cut)},
		{"edited", "apply site.plan", saved(edited)},
		{"edited, show", "show site.plan", saved(edited)},
		{"two in one", "apply site.plan", saved(func(w *wrongWorld) { w.write("site.plan", w.read("site.plan")+w.read("site.plan")) })},
		{"of a newer version", "apply site.plan", saved(newer)},
		{"of a newer version, show", "show site.plan", saved(newer)},
		{"of another mapping", "apply site.plan", saved(replaced("name: site", "name: page"))},
		{"of another bucket", "apply site.plan", saved(func(w *wrongWorld) {
			w.check(w.server.CreateBucket("other-bucket"))
			w.edit("osssync.yaml", "my-bucket", "other-bucket")
		})},
		{"of another spec", "apply site.plan", saved(replaced("prune: all", "prune: never"))},
		{"of another tree", "apply site.plan", saved(func(w *wrongWorld) {
			w.check(errors.Join(os.Rename(filepath.Join(w.dir, "tree"), filepath.Join(w.dir, "old")), os.CopyFS(filepath.Join(w.dir, "tree"), os.DirFS(filepath.Join(w.dir, "old")))))
		})},
		{"file edited since", "apply site.plan", saved(func(w *wrongWorld) { w.write("tree/a.txt", "edited") })},
		{"object written since", "apply site.plan", saved(func(w *wrongWorld) {
			w.write("theirs.txt", "theirs")
			w.done("put theirs.txt oss://my-bucket/x/a.txt --region cn-hangzhou --endpoint $ENDPOINT")
		})},
		{"apply ran since", "apply site.plan", saved(func(w *wrongWorld) {
			w.write("tree/b.txt", "b")
			w.done("apply --auto-approve")
			w.write("tree/a.txt", "again")
		})},
		{"state lost since", "apply site.plan", func(w *wrongWorld) {
			w.done("apply --auto-approve")
			w.write("tree/b.txt", "b")
			w.done("plan --out site.plan")
			w.remove("home")
		}},
		{"C8 older than a day", "apply site.plan", saved(func(w *wrongWorld) { w.set(func() { w.ahead = 25 * time.Hour }) })},
		{"C8 older than an hour", "apply --max-plan-age 1h site.plan", saved(func(w *wrongWorld) { w.set(func() { w.ahead = 90 * time.Minute }) })},
		{"made by a clock ahead", "apply site.plan", func(w *wrongWorld) {
			w.set(func() { w.ahead = time.Hour })
			w.done("plan --out site.plan")
			w.set(func() { w.ahead = 0 })
		}},
	}
}

func wrongStates() []wrongCase {
	locked := func(w *wrongWorld) {
		w.done("plan")
		dir := w.state("")
		lock := flock.New(filepath.Join(dir, "lock"))
		got, err := lock.TryLock()
		if !got {
			w.t.Fatalf("lock: %v", err)
		}
		w.t.Cleanup(func() { lock.Unlock() })
		w.check(os.WriteFile(filepath.Join(dir, "lock.holder"), []byte(`{"pid":4711,"host":"build-3","since":"2026-01-02T10:42:07Z"}`), 0o600))
	}
	newer := func(w *wrongWorld) {
		w.done("apply --auto-approve")
		index := w.state("index.db")
		file, err := os.ReadFile(index)
		w.check(err)
		w.check(os.WriteFile(index, []byte(strings.ReplaceAll(string(file), "format\x01", "format\x09")), 0o600))
		w.write("tree/a.txt", "edited")
	}
	record := func(w *wrongWorld) {
		w.done("plan")
		const rest = `"version":9}`
		sum := crc32.Checksum([]byte(rest), crc32.MakeTable(crc32.Castagnoli))
		name := strings.Repeat("0", 32) + "--" + strings.Repeat("1", 32)
		w.check(os.WriteFile(filepath.Join(w.state("checkpoints"), name), fmt.Appendf(nil, `{"crc32c":"%08x",%s`, sum, rest), 0o600))
	}
	return []wrongCase{
		{"locked", "apply --auto-approve", locked},
		{"state folder is a file", "apply --auto-approve --state-dir osssync.yaml", nil},
		{"state folder in the tree", "apply --auto-approve --state-dir tree/state", nil},
		{"S6 index of a newer version", "plan", newer},
		{"S6 index of a newer version, apply", "apply --auto-approve", newer},
		{"S6 transfer of a newer version", "plan", record},
		{"S6 transfer of a newer version, apply", "apply --auto-approve", record},
		{"S6 transfer of a newer version, abort", "uploads oss://my-bucket/ --abort --older-than 1h --auto-approve", record},
	}
}

func wrongSources() []wrongCase {
	full := func(wrong func(w *wrongWorld)) func(*wrongWorld) {
		return func(w *wrongWorld) {
			for c := range 20 {
				w.write("tree/"+string(rune('b'+c)), "text")
			}
			w.done("apply --auto-approve")
			wrong(w)
		}
	}
	half := func(w *wrongWorld) {
		for c := range 11 {
			w.remove("tree/" + string(rune('b'+c)))
		}
	}
	empty := func(w *wrongWorld) {
		w.remove("tree")
		w.check(os.Mkdir(filepath.Join(w.dir, "tree"), 0o755))
	}
	return []wrongCase{
		{"missing", "plan", func(w *wrongWorld) { w.remove("tree") }},
		{"missing, apply", "apply --auto-approve", full(func(w *wrongWorld) { w.remove("tree") })},
		{"a file", "plan", replaced("local: tree", "local: tree/a.txt")},
		{"a file, for a pull", "apply --auto-approve", func(w *wrongWorld) {
			w.edit("osssync.yaml", "to: oss", "from: oss")
			w.edit("osssync.yaml", "local: tree", "local: tree/a.txt")
		}},
		{"empty", "apply --auto-approve", full(empty)},
		{"half gone", "plan", full(half)},
		{"half gone, apply", "apply --auto-approve --allow-deletes 10", full(half)},
		{"Y11 tree elsewhere", "plan --allow-root osssync.yaml.d", nil},
		{"Y11 no folder", "plan --allow-root=", nil},
		{"Y11 no folder beside one", "plan --allow-root tree --allow-root=", nil},
		{"Y11 folder with a comma", "plan --allow-root tree,osssync.yaml.d", nil},
		{"Y11 store elsewhere", "apply --auto-approve --allow-root tree", replaced(`{region: cn-hangzhou, endpoint: "$ENDPOINT", credentials: env}`, "{embedded: box}")},
	}
}
