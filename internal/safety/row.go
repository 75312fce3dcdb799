package safety

import (
	_ "embed"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

//go:embed rows.txt
var rowsText string

// chapters are the groups of hazards in the order of the page. Their ids are the
// letter and the numbers from 1 to last.
var chapters = []struct {
	letter string
	last   int
	title  string
}{
	{"D", 32, "Deletes and incomplete knowledge"},
	{"K", 17, "Keys and names"},
	{"P", 16, "Reading the local tree"},
	{"L", 20, "Writing the local tree"},
	{"M", 19, "Network and multipart uploads"},
	{"I", 7, "Integrity"},
	{"S", 14, "State, checkpoints, crashes"},
	{"C", 11, "Concurrency, locks, plans"},
	{"Y", 13, "Spec and plan files"},
	{"X", 12, "Secrets and hostile surroundings"},
	{"R", 5, "Resources"},
	{"W", 11, "Watch"},
}

// row is one hazard.
type row struct {
	ID        string
	Hazard    string
	Behaviour string // what osssync does
	Exit      string // exit codes, or "-" where the hazard alone decides none
	Limit     string // why the behaviour is less than the hazard asks for; "" if it is not
}

var (
	exitCodes   = regexp.MustCompile(`^(-|\d+(, \d+)*)$`)
	limitPrefix = "limit: "
)

// ids returns the ids of all rows in the order of the page.
func ids() []string {
	var all []string
	for _, c := range chapters {
		for n := 1; n <= c.last; n++ {
			all = append(all, c.letter+strconv.Itoa(n))
		}
	}
	return all
}

// records returns the lines of text that are neither empty nor comments, split at
// their bars.
func records(text string) [][]string {
	var all [][]string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		fields := strings.Split(line, "|")
		for i := range fields {
			fields[i] = strings.TrimSpace(fields[i])
		}
		all = append(all, fields)
	}
	return all
}

// parseRows reads the rows, which must be those of ids, in that order.
func parseRows(text string) ([]row, error) {
	var rows []row
	var faults []error
	for _, fields := range records(text) {
		r, err := parseRow(fields)
		if err != nil {
			faults = append(faults, err)
		}
		rows = append(rows, r)
	}
	want := ids()
	for i, r := range rows {
		if i >= len(want) || r.ID != want[i] {
			faults = append(faults, fmt.Errorf("row %q out of place: the rows are %s to %s, each once and in that order", r.ID, want[0], want[len(want)-1]))
			return nil, errors.Join(faults...)
		}
	}
	if len(rows) < len(want) {
		faults = append(faults, fmt.Errorf("row %s missing", want[len(rows)]))
	}
	return rows, errors.Join(faults...)
}

// parseRow reads ID | hazard | behaviour | exit code or - [| limit: reason].
func parseRow(fields []string) (row, error) {
	if len(fields) == 4 {
		fields = append(fields, "")
	}
	if len(fields) != 5 {
		return row{ID: fields[0]}, fmt.Errorf("row %q: %d fields", fields[0], len(fields))
	}
	r := row{ID: fields[0], Hazard: fields[1], Behaviour: fields[2], Exit: fields[3]}
	if r.Hazard == "" || r.Behaviour == "" || !exitCodes.MatchString(r.Exit) {
		return r, fmt.Errorf("row %q: want hazard, behaviour, and exit codes or -", r.ID)
	}
	if fields[4] == "" {
		return r, nil
	}
	reason, ok := strings.CutPrefix(fields[4], limitPrefix)
	if !ok {
		return r, fmt.Errorf("row %q: last field %q is no limit", r.ID, fields[4])
	}
	r.Limit = reason
	return r, nil
}
