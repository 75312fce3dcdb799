package ossserver

import (
	"encoding/xml"
	"net/http"
	"slices"
	"strings"
	"time"
)

const (
	maxLifecycleRules = 1000
	// maxLifecycleActions is more than a rule can make use of: each kind of action,
	// and a transition for each class by either time.
	maxLifecycleActions = 32
)

// lifecycleAction is the part of a lifecycle rule that says when.
type lifecycleAction struct {
	Days           *int   `xml:"Days"`
	NoncurrentDays *int   `xml:"NoncurrentDays"`
	Date           string `xml:"Date"`
	CreatedBefore  string `xml:"CreatedBeforeDate"`
	Marker         *bool  `xml:"ExpiredObjectDeleteMarker"`
	StorageClass   string `xml:"StorageClass"`
}

type lifecycleRule struct {
	ID                    string            `xml:"ID"`
	Prefix                string            `xml:"Prefix"`
	Status                string            `xml:"Status"`
	Tags                  []tag             `xml:"Tag"`
	Filter                *struct{}         `xml:"Filter"`
	Expiration            []lifecycleAction `xml:"Expiration"`
	Transitions           []lifecycleAction `xml:"Transition"`
	Abort                 []lifecycleAction `xml:"AbortMultipartUpload"`
	NoncurrentExpiration  []lifecycleAction `xml:"NoncurrentVersionExpiration"`
	NoncurrentTransitions []lifecycleAction `xml:"NoncurrentVersionTransition"`
}

func parseLifecycle(doc []byte) ([]lifecycleRule, error) {
	var d struct {
		XMLName xml.Name        `xml:"LifecycleConfiguration"`
		Rules   []lifecycleRule `xml:"Rule"`
	}
	if err := unmarshalDocument(doc, &d); err != nil {
		return nil, err
	}
	if len(d.Rules) == 0 || len(d.Rules) > maxLifecycleRules {
		return nil, malformedXML()
	}
	return d.Rules, nil
}

func checkLifecycle(doc []byte) error {
	rules, err := parseLifecycle(doc)
	if err != nil {
		return err
	}
	ids := make(map[string]bool)
	for _, r := range rules {
		if r.ID != "" && ids[r.ID] {
			return invalidArgument("The rule ID %q is used twice.", r.ID)
		}
		ids[r.ID] = true
		if err := r.check(); err != nil {
			return err
		}
	}
	return checkTogether(rules, true)
}

// checkOverlap refuses rules that do the same to one object, unless the request
// says that they shall.
func checkOverlap(header http.Header, doc []byte) error {
	allowed, err := parseFlag(header, "X-Oss-Allow-Same-Action-Overlap")
	if err != nil || allowed {
		return err
	}
	rules, err := parseLifecycle(doc)
	if err != nil {
		return err
	}
	return checkTogether(rules, false)
}

func (r lifecycleRule) check() error {
	actions := slices.Concat(r.Expiration, r.Transitions, r.Abort, r.NoncurrentExpiration, r.NoncurrentTransitions)
	if r.Status != "Enabled" && r.Status != "Disabled" ||
		len(actions) == 0 || len(actions) > maxLifecycleActions || len(r.ID) > 255 {
		return malformedXML()
	}
	for _, t := range slices.Concat(r.Transitions, r.NoncurrentTransitions) {
		if !isStorageClass(t.StorageClass) {
			return invalidArgument("The storage class %q is not valid.", t.StorageClass)
		}
	}
	for _, a := range actions {
		if !a.saysWhen() {
			return malformedXML()
		}
	}
	for _, t := range r.Tags {
		// The service takes more and longer tags than objects can have.
		if t.Key == "" || !isTagText(t.Key) || !isTagText(t.Value) {
			return invalidTag(t.Key)
		}
	}
	for _, t := range r.Transitions {
		if t.StorageClass == classStandard {
			return invalidArgument("The storage class %q is not valid.", t.StorageClass)
		}
		for _, e := range r.Expiration {
			if t.Days != nil && e.Days == nil && e.Marker == nil {
				return invalidRequest("The actions of a rule must count in days or name a date, all alike.")
			}
		}
	}
	return r.life().check()
}

// saysWhen reports whether an action has exactly one time, and that is valid.
func (a lifecycleAction) saysWhen() bool {
	times := 0
	for _, days := range []*int{a.Days, a.NoncurrentDays} {
		if days != nil {
			if *days < 1 {
				return false
			}
			times++
		}
	}
	for _, date := range []string{a.Date, a.CreatedBefore} {
		if date != "" {
			t, err := time.Parse(time.RFC3339, date)
			if err != nil || t.UTC() != t.UTC().Truncate(24*time.Hour) {
				return false
			}
			times++
		}
	}
	if a.Marker != nil {
		times++
	}
	return times == 1
}

// stages are what becomes of an object, in the only order there is.
func stages() []string { return []string{"IA", "Archive", "ColdArchive", "DeepColdArchive", ""} }

// span is from the least to the most days that rules give a stage; the zero value
// is none.
type span struct{ least, most int }

func (s span) join(o span) span {
	switch {
	case s == span{}:
		return o
	case o == span{}:
		return s
	}
	return span{min(s.least, o.least), max(s.most, o.most)}
}

// life is what rules, of one or of several, do to an object.
type life struct {
	current, noncurrent [5]span // by the index of stages
	aborts              bool
	acts                [2][5]bool // whether there is an action for a stage, by days or by date
}

func (r lifecycleRule) life() life {
	l := life{aborts: len(r.Abort) > 0}
	for kind, actions := range [][]lifecycleAction{slices.Concat(r.Transitions, r.Expiration), slices.Concat(r.NoncurrentTransitions, r.NoncurrentExpiration)} {
		spans := &l.current
		if kind == 1 {
			spans = &l.noncurrent
		}
		for _, a := range actions {
			i := slices.Index(stages(), a.StorageClass)
			if i < 0 || a.Marker != nil {
				continue // back to Standard, or of delete markers
			}
			l.acts[kind][i] = true
			for _, days := range []*int{a.Days, a.NoncurrentDays} {
				if days != nil {
					spans[i] = spans[i].join(span{*days, *days})
				}
			}
		}
	}
	return l
}

func (l life) join(o life) life {
	l.aborts = l.aborts || o.aborts
	for i := range l.current {
		l.current[i], l.noncurrent[i] = l.current[i].join(o.current[i]), l.noncurrent[i].join(o.noncurrent[i])
		for kind := range l.acts {
			l.acts[kind][i] = l.acts[kind][i] || o.acts[kind][i]
		}
	}
	return l
}

// meets returns the kind of action that both have, empty when there is none.
func (l life) meets(o life) string {
	if l.aborts && o.aborts {
		return "AbortMultipartUpload"
	}
	names := [2][2]string{{"Transition", "Expiration"}, {"NoncurrentVersionTransition", "NoncurrentVersionExpiration"}}
	for kind := range l.acts {
		for i := range l.acts[kind] {
			if l.acts[kind][i] && o.acts[kind][i] {
				return names[kind][i/(len(l.acts[kind])-1)]
			}
		}
	}
	return ""
}

// check: what grows colder with the days grows no warmer, and expires last.
func (l life) check() error {
	for _, spans := range [][5]span{l.current, l.noncurrent} {
		latest := 0
		for i, s := range spans {
			if s == (span{}) {
				continue
			}
			if s.least <= latest {
				return invalidArgument("The days until %s must be more than those until any class that is less cold.", stageName(i))
			}
			latest = max(latest, s.most)
		}
	}
	return nil
}

func stageName(i int) string {
	if name := stages()[i]; name != "" {
		return name
	}
	return "the expiration"
}

// checkTogether judges the rules that can befall one object: of those with the same
// tags all whose prefixes begin each other. Sorted by prefix they follow each other,
// so that a stack of them is enough. Rules with filters beside the prefix are left
// out: whether two of those meet is not to be seen.
func checkTogether(rules []lifecycleRule, overlap bool) error {
	type nested struct {
		prefix string
		life   life // of the rule and of those around it
	}
	groups := make(map[string][]lifecycleRule)
	for _, r := range rules {
		if r.Status == "Enabled" && r.Filter == nil {
			slices.SortFunc(r.Tags, func(a, b tag) int { return strings.Compare(a.Key, b.Key) })
			tags := formatTags(r.Tags)
			groups[tags] = append(groups[tags], r)
		}
	}
	for _, group := range groups {
		slices.SortStableFunc(group, func(a, b lifecycleRule) int { return strings.Compare(a.Prefix, b.Prefix) })
		var around []nested
		for _, r := range group {
			for len(around) > 0 && !strings.HasPrefix(r.Prefix, around[len(around)-1].prefix) {
				around = around[:len(around)-1]
			}
			l := r.life()
			if len(around) > 0 {
				outer := around[len(around)-1].life
				if action := l.meets(outer); action != "" && !overlap {
					return invalidArgument("Overlap for same action type %s", action)
				}
				l = l.join(outer)
			}
			if err := l.check(); err != nil {
				return err
			}
			around = append(around, nested{r.Prefix, l})
		}
	}
	return nil
}
