package plan

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/osssync/osssync/spec"
)

func TestD9_D10_D12_D13_Guard(t *testing.T) {
	push := Header{Mapping: "site", Direction: "push", Root: "/srv/site", Bucket: "b", Prefix: "www/"}
	pull := push
	pull.Direction = "pull"
	managed, managedPull := push, pull
	managed.Prune, managedPull.Prune = "managed", "managed"
	limits := spec.Guard{MaxDeletes: 1000, MaxDeletePercent: 25}
	owned := func(s Summary, rows int64) Summary { s.OwnedRows = rows; return s }
	remote := func(deletes, of, source int64) Summary {
		return Summary{LocalFiles: source, RemoteObjects: of, DeleteRemote: Tally{Objects: deletes}}
	}
	local := func(deletes, of, source int64) Summary {
		return Summary{LocalFiles: of, RemoteObjects: source, DeleteLocal: Tally{Objects: deletes}}
	}
	missing := func(n int64) Summary {
		return Summary{LocalFiles: 1, RemoteObjects: 1, Missing: n, MissingAt: "index.html"}
	}
	linked := missing(1)
	linked.MissingWhy = ReasonSymlink
	unmounted := remote(5, 50, 1)
	unmounted.Unmounted, unmounted.UnmountedAt = 5, "data/"
	for _, row := range []struct {
		name    string
		header  Header
		summary Summary
		limits  spec.Guard
		allow   Allowances
		want    string
	}{
		{"nothing to delete", push, remote(0, 50, 0), limits, Allowances{}, ""},
		{"10 of 10 are free", push, remote(10, 10, 1), limits, Allowances{}, ""},
		{"11 of 44", push, remote(11, 44, 1), limits, Allowances{}, ""},
		{"D12 11 of 43", push, remote(11, 43, 1), limits, Allowances{},
			`mapping "site" stopped by a guard: this plan deletes 11 of 43 objects (25.6 %), above the limit (1000, or 25 % of more than 10)`},
		{"D12 11 of 43, allowed", push, remote(11, 43, 1), limits, Allowances{Deletes: 11}, ""},
		{"D12 11 of 43, fewer allowed", push, remote(11, 43, 1), limits, Allowances{Deletes: 10},
			`mapping "site" stopped by a guard: this plan deletes 11 of 43 objects (25.6 %), above the limit (1000, or 25 % of more than 10)`},
		{"1,000 of many", push, remote(1000, 100_000, 1), limits, Allowances{}, ""},
		{"D12 1,001 of many", push, remote(1001, 100_000, 1), limits, Allowances{},
			`mapping "site" stopped by a guard: this plan deletes 1001 of 100000 objects (1.0 %), above the limit (1000, or 25 % of more than 10)`},
		{"an allowance is no limit", push, remote(20, 100, 1), limits, Allowances{Deletes: 5}, ""},
		{"100 %", push, remote(50, 50, 1), spec.Guard{MaxDeletes: 50, MaxDeletePercent: 100}, Allowances{}, ""},
		{"0 deletes", push, remote(1, 50, 1), spec.Guard{MaxDeletePercent: 100}, Allowances{},
			`mapping "site" stopped by a guard: this plan deletes 1 of 50 objects (2.0 %), above the limit (0, or 100 % of more than 10)`},
		{"0 %", push, remote(11, 5000, 1), spec.Guard{MaxDeletes: 1000}, Allowances{},
			`mapping "site" stopped by a guard: this plan deletes 11 of 5000 objects (0.2 %), above the limit (1000, or 0 % of more than 10)`},
		{"D12 foreign objects do not count", managed, owned(remote(99, 500, 1), 100), limits, Allowances{},
			`mapping "site" stopped by a guard: this plan deletes 99 of 100 objects that this mapping put there (99.0 %), above the limit (1000, or 25 % of more than 10)`},
		{"with prune: all they do", push, owned(remote(99, 500, 1), 100), limits, Allowances{}, ""},
		{"D12 25 of 100 of one's own", managed, owned(remote(25, 500, 1), 100), limits, Allowances{}, ""},
		{"D12 rows of objects that are gone do not count", managed, owned(remote(11, 43, 1), 1000), limits, Allowances{},
			`mapping "site" stopped by a guard: this plan deletes 11 of 43 objects (25.6 %), above the limit (1000, or 25 % of more than 10)`},
		{"D12 pull, foreign files do not count", managedPull, owned(local(99, 500, 1000), 100), limits, Allowances{},
			`mapping "site" stopped by a guard: this plan deletes 99 of 100 files that this mapping put there (99.0 %), above the limit (1000, or 25 % of more than 10)`},
		{"pull counts files", pull, local(11, 43, 1000), limits, Allowances{},
			`mapping "site" stopped by a guard: this plan deletes 11 of 43 files (25.6 %), above the limit (1000, or 25 % of more than 10)`},
		{"D9 empty tree", push, remote(2, 2, 0), limits, Allowances{},
			`mapping "site" stopped by a guard: source /srv/site is empty, but oss://b/www/ has 2 objects, 2 to be deleted`},
		{"D9 empty tree, allowed", push, remote(2, 2, 0), limits, Allowances{EmptySource: true}, ""},
		{"D9 a number of deletes is no leave to empty", push, remote(2, 2, 0), limits, Allowances{Deletes: 2},
			`mapping "site" stopped by a guard: source /srv/site is empty, but oss://b/www/ has 2 objects, 2 to be deleted`},
		{"D13 empty listing", pull, local(2, 3, 0), limits, Allowances{},
			`mapping "site" stopped by a guard: source oss://b/www/ is empty, but /srv/site has 3 files, 2 to be deleted`},
		{"D9 a file that is required is missing", push, missing(1), limits, Allowances{EmptySource: true, Deletes: 9},
			`mapping "site" stopped by a guard: source /srv/site lacks "index.html" that the spec requires`},
		{"D9 a file that is required is a link", push, linked, limits, Allowances{},
			`mapping "site" stopped by a guard: source /srv/site lacks "index.html" that the spec requires; what has the name "index.html" does not count: symbolic link (symlinks: skip)`},
		{"D9 files that are required are missing", pull, missing(3), limits, Allowances{},
			`mapping "site" stopped by a guard: source oss://b/www/ lacks 3 files, such as "index.html", that the spec requires`},
		{"D10 gone mount", push, unmounted, limits, Allowances{Deletes: 9},
			`mapping "site" stopped by a guard: another file system was mounted at "data/" in /srv/site at an earlier apply and is not now; 5 deletes due there`},
		{"D10 gone mount, allowed", push, unmounted, limits, Allowances{EmptySource: true}, ""},
		{"both", push, remote(412, 412, 0), limits, Allowances{},
			`mapping "site" stopped by a guard: source /srv/site is empty, but oss://b/www/ has 412 objects, 412 to be deleted; ` +
				`this plan deletes 412 of 412 objects (100.0 %), above the limit (1000, or 25 % of more than 10)`},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := ""
			if err := Guard(&row.header, &row.summary, row.limits, row.allow); err != nil {
				got = err.Error()
			}
			if got != row.want {
				t.Errorf("got  %s\nwant %s", got, row.want)
			}
		})
	}
}

func TestGuard_Hints(t *testing.T) {
	h := Header{Mapping: "site", Root: "/r", Bucket: "b"}
	s := Summary{RemoteObjects: 412, DeleteRemote: Tally{Objects: 412}}
	var stopped *GuardError
	if err := Guard(&h, &s, spec.Guard{MaxDeletes: 1000, MaxDeletePercent: 25}, Allowances{}); !errors.As(err, &stopped) {
		t.Fatal(err)
	}
	var got [][2]string
	for _, trip := range stopped.Trips {
		got = append(got, [2]string{trip.Guard, trip.Hint})
	}
	want := [][2]string{
		{"empty-source", "if it is meant to be empty: --allow-empty-source"},
		{"max-deletes", "read them in the plan, those of a saved one with osssync show --deletes PLAN; to go on: --allow-deletes=412"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
