package completion

import (
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

type grammar struct {
	Color string `enum:"auto,always,never" default:"auto" help:"When to use colors. More of it."`
	Quiet bool   `short:"q" help:"Say less."`

	Plan struct {
		File    string   `short:"f" default:"osssync.yaml" placeholder:"SPEC" help:"The spec."`
		Mapping []string `placeholder:"NAME" help:"Only these."`
		Out     string   `placeholder:"PLAN" help:"Where to."`
		Secret  string   `hidden:"" help:"Not told."`
	} `cmd:"" help:"Show what would be done."`
	Serve struct {
		Dir string `placeholder:"DIR" help:"The folder."`
	} `cmd:"" help:"Serve."`
	Show struct {
		Plan string `arg:"" help:"The plan."`
		Form string `arg:"" enum:"text,json" help:"The form."`
	} `cmd:"" help:"Show a plan."`
	Hidden struct{} `cmd:"" hidden:"" help:"Not told."`
}

func application(t interface{ Fatal(...any) }) *kong.Application {
	parser, err := kong.New(&grammar{}, kong.Name("program"))
	if err != nil {
		t.Fatal(err)
	}
	return parser.Model
}

// names tells the spec that it is asked about.
func names(of, spec string) []string {
	if of != "mapping" {
		return nil
	}
	return []string{"one of " + spec, "two"}
}

func TestComplete(t *testing.T) {
	app := application(t)
	for _, tt := range []struct {
		earlier, last string
		kind          Kind
		want          string // texts, with commas
	}{
		{"", "", Words, "plan,serve,show"},
		{"", "s", Words, "serve,show"},
		{"", "h", Words, ""},
		{"", "--", Words, "--help,--color,--quiet"},
		{"--color", "a", Words, "auto,always"},
		{"", "--color=n", Words, "--color=never"},
		{"", "--nosuch=n", Words, ""},
		{"-q", "pl", Words, "plan"},
		{"--nosuch", "pl", Words, "plan"},
		{"plan", "", Words, ""},
		{"plan", "--", Words, "--help,--color,--quiet,--file,--mapping,--out"},
		{"plan -q --mapping two", "--", Words, "--help,--color,--file,--mapping,--out"},
		{"plan --", "--", Words, ""},
		{"plan -f", "", Files, ""},
		{"plan -qf", "x", Files, ""},
		{"plan", "--out=x", Files, ""},
		{"plan --mapping", "", Words, "one of osssync.yaml,two"},
		{"plan --mapping", "tw", Words, "two"},
		{"plan -f a.yaml --mapping", "o", Words, "one of a.yaml"},
		{"plan -fa.yaml --mapping", "o", Words, "one of a.yaml"},
		{"plan -qf a.yaml --mapping", "o", Words, "one of a.yaml"},
		{"plan --file=a.yaml --mapping", "o", Words, "one of a.yaml"},
		{"plan --file a.yaml", "--mapping=o", Words, "--mapping=one of a.yaml"},
		{"serve --dir", "", Folders, ""},
		{"show", "", Files, ""},
		{"show -", "", Words, "text,json"},
		{"show a.plan", "j", Words, "json"},
		{"show -- --color", "", Words, "text,json"},
		{"show a.plan json", "", Words, ""},
	} {
		t.Run(tt.earlier+" "+tt.last, func(t *testing.T) {
			answer := Complete(app, strings.Fields(tt.earlier), tt.last, names)
			var texts []string
			for _, word := range answer.Words {
				texts = append(texts, word.Text)
			}
			if got := strings.Join(texts, ","); answer.Kind != tt.kind || got != tt.want {
				t.Errorf("%s %q, want %s %q", answer.Kind, got, tt.kind, tt.want)
			}
		})
	}
}

func TestCompleteHelp(t *testing.T) {
	got := Complete(application(t), nil, "--col", names)
	if diff := cmp.Diff(Answer{Words, []Word{{"--color", "When to use colors"}}}, got); diff != "" {
		t.Error(diff)
	}
}

// TestCompleteAnything: whatever is typed, there is an answer of a known kind,
// whose words begin as the last one does.
func TestCompleteAnything(t *testing.T) {
	app := application(t)
	word := rapid.OneOf(
		rapid.SampledFrom([]string{"", "-", "--", "=", "plan", "show", "--file", "--mapping", "-f", "-qf", "--file=", "--color=a"}),
		rapid.StringN(0, 6, -1),
	)
	rapid.Check(t, func(t *rapid.T) {
		earlier, last := rapid.SliceOfN(word, 0, 5).Draw(t, "earlier"), word.Draw(t, "last")
		answer := Complete(app, earlier, last, names)
		if answer.Kind != Words && (answer.Kind != Files && answer.Kind != Folders || answer.Words != nil) {
			t.Errorf("%+v", answer)
		}
		for _, w := range answer.Words {
			if !strings.HasPrefix(w.Text, last) {
				t.Errorf("%q for %q", w.Text, last)
			}
		}
	})
}

func TestScript(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		text, err := Script(shell)
		if err != nil || !strings.Contains(text, `__complete "--last=`) {
			t.Errorf("%s: %v\n%s", shell, err, text)
		}
	}
	if _, err := Script("tcsh"); err == nil {
		t.Error("a script for tcsh")
	}
}
