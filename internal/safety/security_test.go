package safety

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// actions are the rights of OSS that SECURITY.md may name in a policy, and whether
// they are given on a bucket (else on objects).
var actions = map[string]bool{
	"oss:ListObjects":          true,
	"oss:ListMultipartUploads": true,
	"oss:ListParts":            false,
	"oss:GetObject":            false,
	"oss:PutObject":            false,
	"oss:DeleteObject":         false,
	"oss:AbortMultipartUpload": false,
}

type policy struct {
	Version   string
	Statement []struct {
		Effect    string
		Action    []string
		Resource  []string
		Condition map[string]map[string][]string
	}
}

func securityPage(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../SECURITY.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// policies returns the policies of SECURITY.md by the bold words that lead to them.
func policies(t *testing.T) map[string]policy {
	t.Helper()
	all := map[string]policy{}
	block := regexp.MustCompile("(?s)\n\\*\\*([^*]+)\\*\\*[^*]*?```json\n(.*?)```")
	for _, m := range block.FindAllStringSubmatch(securityPage(t), -1) {
		var p policy
		d := json.NewDecoder(strings.NewReader(m[2]))
		d.DisallowUnknownFields()
		if err := d.Decode(&p); err != nil {
			t.Errorf("policy %q: %v", m[1], err)
		}
		all[strings.TrimSuffix(m[1], ".")] = p
	}
	if n := strings.Count(securityPage(t), "```json"); n != len(all) || n == 0 {
		t.Errorf("%d of %d policies were found", len(all), n)
	}
	return all
}

func (p *policy) actions() []string {
	var all []string
	for _, s := range p.Statement {
		all = append(all, s.Action...)
	}
	slices.Sort(all)
	return all
}

func TestPolicies(t *testing.T) {
	resource := map[bool]string{true: "acs:oss:*:*:my-site", false: "acs:oss:*:*:my-site/www/*"}
	for name, p := range policies(t) {
		if p.Version != "1" {
			t.Errorf("policy %q of version %q", name, p.Version)
		}
		for _, s := range p.Statement {
			if s.Effect != "Allow" {
				t.Errorf("policy %q with effect %q", name, s.Effect)
			}
			for _, a := range s.Action {
				onBucket, known := actions[a]
				if !known {
					t.Errorf("policy %q names the unknown action %q", name, a)
				}
				if !slices.Equal(s.Resource, []string{resource[onBucket]}) {
					t.Errorf("policy %q gives %q on %q", name, a, s.Resource)
				}
			}
		}
	}
}

// tableRows returns the rows of the table of SECURITY.md whose first heading is given,
// as their first two cells.
func tableRows(t *testing.T, heading string) map[string]string {
	t.Helper()
	_, table, ok := strings.Cut(securityPage(t), "\n| "+heading+" |")
	if !ok {
		t.Fatalf("no table of %q", heading)
	}
	table, _, _ = strings.Cut(table, "\n\n")
	rows := map[string]string{}
	for line := range strings.Lines(table) {
		cells := strings.Split(line, "|")
		if len(cells) >= 4 && strings.TrimSpace(cells[0]) == "" && !strings.Contains(line, "---") {
			rows[strings.TrimSpace(cells[1])] = cells[2]
		}
	}
	return rows
}

var (
	callName   = regexp.MustCompile(`\b(?:[A-Z][a-z]+){2,}\b`)
	actionName = regexp.MustCompile(`oss:\w+`)
)

// rights returns the actions that each call needs, by SECURITY.md.
func rights(t *testing.T) map[string][]string {
	needs := map[string][]string{}
	for calls, right := range tableRows(t, "call") {
		for _, call := range callName.FindAllString(calls, -1) {
			needs[call] = actionName.FindAllString(right, -1)
		}
	}
	return needs
}

// TestPoliciesFitTheCommands wants each policy to give exactly what the commands that
// it is for ask of the service.
func TestPoliciesFitTheCommands(t *testing.T) {
	commands, needs := tableRows(t, "command"), rights(t)
	given := policies(t)
	for name, rows := range map[string][]string{
		"Plan":              {"`plan`, push"},
		"Push":              {"`plan`, push", "`apply`, push"},
		"Push with deletes": {"`plan`, push", "`apply`, push", "`apply`, push with `prune`"},
		"Pull":              {"`plan`, pull", "`apply`, pull"},
	} {
		want := map[string]bool{}
		for _, row := range rows {
			calls := callName.FindAllString(commands[row], -1)
			if len(calls) == 0 {
				t.Errorf("no calls of %q", row)
			}
			for _, call := range calls {
				for _, action := range needs[call] {
					want[action] = true
				}
			}
		}
		p, ok := given[name]
		if !ok {
			t.Errorf("no policy %q", name)
		}
		if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), p.actions()); diff != "" {
			t.Errorf("policy %q (-asked +given):\n%s", name, diff)
		}
	}
}

// TestEveryCallHasItsRight looks for calls of the service in the source that
// SECURITY.md does not name.
func TestEveryCallHasItsRight(t *testing.T) {
	needs := rights(t)
	patterns := map[string]*regexp.Regexp{
		"apply/env.go":     regexp.MustCompile(`(?m)^\t(\w+)\(ctx`),
		"resumable/api.go": regexp.MustCompile(`(?m)^\t(\w+)\(ctx`),
		"iter/buckets.go":  regexp.MustCompile(`OpName: "(\w+)"`),
		"iter/objects.go":  regexp.MustCompile(`OpName: "(\w+)"`),
		"iter/uploads.go":  regexp.MustCompile(`OpName: "(\w+)"`),
		"iter/parts.go":    regexp.MustCompile(`OpName: "(\w+)"`),
	}
	for file, pattern := range patterns {
		text, err := os.ReadFile("../../" + file)
		if err != nil {
			t.Fatal(err)
		}
		calls := pattern.FindAllStringSubmatch(string(text), -1)
		if len(calls) == 0 {
			t.Errorf("no call in %s", file)
		}
		for _, call := range calls {
			if len(needs[call[1]]) == 0 {
				t.Errorf("%s of %s needs a right that SECURITY.md does not name", call[1], file)
			}
		}
	}
}
