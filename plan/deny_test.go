package plan

import (
	"bytes"
	"strings"
	"testing"

	"github.com/osssync/osssync/spec"
)

func TestK13_NamesThatExecute(t *testing.T) {
	for _, p := range []string{
		".git", ".git/hooks/post-checkout", "lib/.git/config", ".git/", ".GIT/config", ".git /x", ".git./x", ".Git. . /x",
		".git::$INDEX_ALLOCATION/config", ".git:x", "git~1/config", "GIT~1", ".g\u200cit/config", ".\u202agit", ".\ufeffgit/x",
		".hg/hgrc", ".ssh/authorized_keys", ".\u017f\u017fh/rc", "authorized_keys", ".github/workflows/ci.yml", "x/.GitHub/Workflows/ci.yml",
		".gitlab-ci.yml", "Jenkinsfile", ".bashrc", "home/.profile", ".zshrc", ".npmrc", ".vscode/tasks.json", ".config/autostart/x.desktop",
		"autorun.inf", "AutoRun.inf", ".htaccess", "osssync.yaml", ".cargo/config.toml",
		".k5login", ".config/environment.d/x.conf", ".local/bin/ls", ".tmux.conf", ".screenrc", ".psqlrc", ".sqliterc", ".mise.toml", ".hgrc", ".lesskey", ".zshrc.local",
	} {
		if got := denied(spec.Pull, p); got != ReasonExecutedName {
			t.Errorf("%q is pulled: %q", p, got)
		}
	}
	for _, p := range []string{
		"a", "git", "git/hooks", ".gitignore", ".gitattributes", ".gitkeep", ".github/CODEOWNERS", ".github", "workflows/ci.yml",
		"github/workflows/x", ".vscode/extensions.json", ".well-known/x", "bashrc", "x.bashrc", ".sshx", ".env", "id_rsa", "x.pem", "...", ":", "a:b",
	} {
		if got := denied(spec.Pull, p); got != "" {
			t.Errorf("%q is not pulled: %q", p, got)
		}
	}
}

func TestP16_NamesOfSecrets(t *testing.T) {
	for _, p := range []string{
		".env", "app/.env", ".env.local", ".ENV.Production", ".env/x", ".git/config", ".ssh/known_hosts", ".aws/credentials", ".aliyun/config.json",
		".ossutilconfig", ".netrc", ".npmrc", "id_rsa", "keys/id_ed25519", "ID_RSA", "server.pem", "server.PEM", "x.p12", "pass.kdbx", "terraform.tfstate",
		"terraform.tfstate.backup", ".docker/config.json", "AccessKey.csv", "server.pem.", "server.pem:stream",
	} {
		if got := denied(spec.Push, p); got != ReasonSecretName {
			t.Errorf("%q is pushed: %q", p, got)
		}
	}
	for _, p := range []string{
		"a", "env", ".environment", ".env.example", ".env.sample", "id_rsa.pub", "pem", "a.pem.html", "x.key", ".docker/daemon.json",
		"config.json", ".gitignore", ".bashrc", ".htaccess", ".github/workflows/ci.yml", "index.html",
	} {
		if got := denied(spec.Push, p); got != "" {
			t.Errorf("%q is not pushed: %q", p, got)
		}
	}
}

// Every name of the lists is denied at any depth and in every spelling that some
// file system takes for it.
func TestK13_P16_Spellings(t *testing.T) {
	spellings := []func(string) string{
		strings.ToUpper,
		func(s string) string { return s + "." },
		func(s string) string { return s + " . " },
		func(s string) string { return s + "::$DATA" },
		func(s string) string { return s[:1] + "\u200d" + s[1:] },
		func(s string) string { return strings.ReplaceAll(s, "s", "\u017f") },
		func(s string) string { return strings.ReplaceAll(s, "k", "\u212a") },
	}
	for direction, list := range map[spec.Direction]deniedNames{spec.Push: secrets, spec.Pull: executed} {
		for name := range list.names {
			for segment := range strings.SplitSeq(name, "/") {
				if folded(segment) != segment {
					t.Errorf("%q stands in the list and is met as %q", segment, folded(segment))
				}
			}
			for i, spell := range spellings {
				for _, p := range []string{spell(name), "a/b/" + spell(name), spell(name) + "/", spell(name) + "/below"} {
					if denied(direction, p) == "" {
						t.Errorf("%s: %q passes, spelling %d", direction, p, i)
					}
				}
			}
		}
	}
}

func BenchmarkDenied(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if denied(spec.Pull, "assets/2026/Images/site-header.png") != "" {
			b.Fatal("denied")
		}
	}
}

// A denied path is a Skip whatever the two sides have there, and nothing else:
// neither a transfer nor a delete.
func TestDeniedWhateverIsThere(t *testing.T) {
	for _, direction := range []spec.Direction{spec.Push, spec.Pull} {
		want := map[spec.Direction]string{spec.Push: "blocked skip secret-name", spec.Pull: "blocked skip executed-name"}[direction]
		p := policy(direction, all)
		for _, local := range []side{lNone, lTen, lTwenty, lShield, lSymlink, lPassed} {
			for _, remote := range []side{rNone, rA, rTwenty, rSymlink, rArchived} {
				s := state(".git/config", local, remote, bNone)
				if s.LocalIs != Present && s.Local.Problem == "" && s.RemoteIs != Present {
					continue // nothing is there
				}
				if got := told(settle(p, s, wA)); got != want {
					t.Errorf("%s, local %s, remote %s: %s, want %s", direction, s.LocalIs, s.RemoteIs, got, want)
				}
			}
		}
		gone := state(".git/config", lNone, rNone, bOwned)
		if got := told(settle(p, gone, wA)); got != "none forget forgotten" {
			t.Errorf("%s, gone on both sides: %s", direction, got)
		}
		refused := state(".git//config", lNone, rRefused, bNone)
		if got := told(settle(p, refused, wA)); got != "blocked conflict empty-segment" {
			t.Errorf("%s, refused key: %s", direction, got)
		}
		p.Allows = func(path string) bool { return path == ".git/config" }
		if v, asks := settle(p, state(".git/config", lTen, rTwenty, bNone), wA); v.Class != ClassChange {
			t.Errorf("%s, allowed: %s", direction, told(v, asks))
		}
	}
}

// What is passed over does not make a source less empty.
func TestDeniedIsNoSource(t *testing.T) {
	p := policy(spec.Push, all)
	draft := NewDraft(p, &memory{})
	proof := &Proof{}
	remotes := seq(Remote{Path: "page", Version: Version{Size: 1, Modified: noon}, Type: TypeNormal})
	for s, err := range Align(Sources{Local: seq(Local{Path: ".git/HEAD", Stat: statTen}), Remote: remotes}, proof) {
		if err != nil {
			t.Fatal(err)
		}
		if err := draft.Add(&s, p.Diff(&s, &Evidence{})); err != nil {
			t.Fatal(err)
		}
	}
	var file bytes.Buffer
	if err := WriteFileHeader(&file, "test", []string{"site"}); err != nil {
		t.Fatal(err)
	}
	if err := draft.Finish(&Header{Mapping: "site", Direction: "push", Prune: "all", Phases: 1}, proof, &file); err != nil {
		t.Fatal(err)
	}
	read, err := ReadFile(bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil {
		t.Fatal(err)
	}
	section := read.Sections[0]
	if s := section.Summary; s.LocalFiles != 0 || s.RemoteObjects != 1 || s.Skips != 1 || s.Incomplete() {
		t.Errorf("summary %+v", s)
	}
	err = Guard(&section.Header, &section.Summary, spec.Guard{MaxDeletes: 10, MaxDeletePercent: 100}, Allowances{})
	if err == nil || !strings.Contains(err.Error(), "is empty") {
		t.Errorf("guard: %v", err)
	}
}
