package reconcile

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/osssync/osssync/internal/ossserver"
)

// escaped writes text the way a listing with encoding-type url does.
func escaped(text string) string {
	var b strings.Builder
	for i := range len(text) {
		fmt.Fprintf(&b, "%%%02X", text[i])
	}
	return b.String()
}

// listed is the answer of a bucket that names its objects as it likes.
func listed(keys ...string) *ossserver.Fault {
	slices.Sort(keys)
	var b strings.Builder
	fmt.Fprintf(&b, `<?xml version="1.0"?><ListBucketResult><Name>%s</Name><Prefix>%s</Prefix><EncodingType>url</EncodingType>`+
		`<IsTruncated>false</IsTruncated>`, testBucket, escaped(testPrefix))
	for _, key := range keys {
		fmt.Fprintf(&b, `<Contents><Key>%s</Key><LastModified>2026-05-01T12:00:00.000Z</LastModified><ETag>"5D41402ABC4B2A76B9719D911017C592"</ETag>`+
			`<Type>Normal</Type><Size>5</Size><StorageClass>Standard</StorageClass></Contents>`, escaped(testPrefix+key))
	}
	b.WriteString(`</ListBucketResult>`)
	return &ossserver.Fault{Status: 200, Body: []byte(b.String()), Header: map[string]string{"Content-Type": "application/xml"}}
}

// A bucket can hold any key. Whatever it is, nothing is written outside the tree,
// nothing asked for by a key that could become another on its way, and what the
// key would loosely name here is not deleted.
func TestK1_K2_K4_K5_K12_K15_HostileKeys(t *testing.T) {
	for _, key := range []string{
		"../evil", "a/../../evil", "../../../../../../../../../../tmp/evil", "a/..", "..", ".", "./evil", "a/./evil",
		"/evil", "//evil", `\evil`, `\\host\share\evil`, "a//evil", "evil/../kept",
		"evil\x00.txt", "evil\nX", "evil\x1b[2J", "evil\u009b",
		".osssync/trash/evil", "a/.OSSSYNC/evil", ".osssync-tmp-ABCDEFGHIJKLMNOPQRSTUVWXYZ", strings.Repeat("x", 256), "evil\xff",
	} {
		t.Run(fmt.Sprintf("%.30q", key), func(t *testing.T) {
			w := pullWorld(t, "prune: all")
			w.write(map[string]string{"kept": "mine"})
			outside := filepath.Join(w.dir, "canary")
			if err := os.WriteFile(outside, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			var report Report
			var err error
			w.during(func(r ossserver.Request) *ossserver.Fault {
				if r.Operation == ossserver.ListObjects || r.Operation == ossserver.ListObjectsV2 {
					return listed(key, "kept")
				}
				return nil
			}, func() { report, err = w.try(nil, nil) })
			conflicts := int64(1)
			if strings.HasPrefix(key, ".osssync") {
				conflicts = 0 // our own names are nobody's business
			}
			if err != nil || report.Conflicts != conflicts || report.Done > 0 {
				t.Errorf("%+v, %v", report, err)
			}
			for _, e := range w.journal.Exchanges() {
				if e.Key != "" && e.Key != testPrefix+"kept" {
					t.Errorf("%s of %q", e.Operation, e.Key)
				}
			}
			equal(t, "files", map[string]string{"kept": "mine"}, w.files())
			entries, err := os.ReadDir(w.dir)
			if err != nil || len(entries) != 4 { // canary, server, state, tree
				t.Errorf("%v, %v", entries, err)
			}
		})
	}
}

// K14: a name comes through listing, request and file system as it is.
func TestK14_NamesThatAreChangedOnTheWay(t *testing.T) {
	files := map[string]string{}
	for _, name := range []string{
		"a b", "a+b", "a%20b", "a%2Bb", "a%2Fb", "%", "%%41", "%zz", "a&b=c", "q?x", "h#f", "<t>", "&amp;", "]]>", `"q"`, "'s'", `back\slash`,
		"中文/路径 +.txt", "emoji 😀", "e\u0301", "\u00e9", "~", "a;b", "a:b", "a@b", "(*)", "[x]", "{y}", "=", ",", "$", "!", "^", "`", "|",
	} {
		files["d/"+name] = name
	}
	push := pushWorld(t, "")
	push.write(files)
	push.apply()
	equal(t, "objects", files, push.objects())
	push.settled()

	pull := pullWorld(t, "")
	pull.put(files)
	pull.apply()
	equal(t, "files", files, pull.files())
	pull.settled()
}

// Names that run programs are not pulled, names of secrets not pushed; neither
// side loses what it has of them, and that is no trouble.
func TestK13_P16_NamesThatArePassedOver(t *testing.T) {
	dangerous := map[string]string{".git/hooks/post-checkout": "rm", ".GIT/config": "x", "a/.bashrc": "x", ".env": "KEY=1", "id_rsa": "x"}
	with := func(more map[string]string) map[string]string {
		all := map[string]string{"page": "p"}
		for name, content := range more {
			all[name] = content
		}
		return all
	}
	pull := pullWorld(t, "prune: all")
	pull.put(with(dangerous))
	pull.write(map[string]string{".ssh/authorized_keys": "mine", ".git/HEAD": "mine"})
	pull.apply()
	equal(t, "files", with(map[string]string{".env": "KEY=1", "id_rsa": "x", ".ssh/authorized_keys": "mine", ".git/HEAD": "mine"}), pull.files())
	pull.settled()
	pull.edit("from", "prune: all\nallow: [.git/, .bashrc]")
	pull.apply()
	equal(t, "files", with(map[string]string{
		".git/hooks/post-checkout": "rm", "a/.bashrc": "x", ".env": "KEY=1", "id_rsa": "x", ".ssh/authorized_keys": "mine",
	}), pull.files())

	push := pushWorld(t, "prune: all")
	push.write(with(dangerous))
	push.put(map[string]string{"old.pem": "theirs", ".ssh/config": "theirs"})
	push.apply()
	equal(t, "objects", with(map[string]string{"a/.bashrc": "x", "old.pem": "theirs", ".ssh/config": "theirs"}), push.objects())
	push.settled()
	push.edit("to", "prune: all\nallow: [.env]")
	push.apply()
	equal(t, "objects", with(map[string]string{"a/.bashrc": "x", ".env": "KEY=1", "old.pem": "theirs", ".ssh/config": "theirs"}), push.objects())
}
