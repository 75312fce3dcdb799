package resumable

import (
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

func TestUP5_PartSizeTable(t *testing.T) {
	const tib = 1 << 40
	for _, tt := range []struct{ total, preferred, partSize, parts int64 }{
		{1, 0, 1, 1},
		{10485759, 0, 10485759, 1},
		{10485760, 0, 10485760, 1},
		{10485761, 0, 10485760, 2},
		{104857600000, 0, 10485760, 10000},
		{104857600001, 0, 20971520, 5001},
		{tib, 0, 160 << 20, 6554},
		{5 * tib, 0, 640 << 20, 8192},
		{48 * tib, 0, 5 << 30, 9831},
		{53687091200000, 0, 5 << 30, 10000},
		{512000, 102400, 102400, 5},
		{307200, 102400, 102400, 3},
		{102399, 102400, 102399, 1},
		{204800, 1, 131072, 2},
		{204800, 1000, 128000, 2},
		{1000000000, 1000, 128000, 7813},
		{51200, 1024, 131072, 1},
		{1048576000, 102399, 204798, 5121},
		{2147483648, 102400, 409600, 5243},
	} {
		t.Run(fmt.Sprintf("UP-4 %d by %d", tt.total, tt.preferred), func(t *testing.T) {
			opts := UploadOptions{PartSize: tt.preferred}.withDefaults()
			plan, err := uploadPlan(tt.total, opts.PartSize, opts.limits.minPart)
			if err != nil || plan.partSize != tt.partSize || int64(plan.count) != tt.parts {
				t.Errorf("%d parts of %d, %v; want %d of %d", plan.count, plan.partSize, err, tt.parts, tt.partSize)
			}
		})
	}
}

func TestUP4_BeyondTheService(t *testing.T) {
	for _, tt := range []struct{ total, preferred int64 }{
		{53687091200001, defaultPartSize},
		{1 << 62, defaultPartSize},
		{10 << 30, 5<<30 + 1},
	} {
		if _, err := uploadPlan(tt.total, tt.preferred, minPartSize); !errors.Is(err, ErrTooLarge) {
			t.Errorf("%d by %d: error %v, want ErrTooLarge", tt.total, tt.preferred, err)
		}
	}
}

func TestDL5_RangeSizeTable(t *testing.T) {
	for _, tt := range []struct{ total, preferred, partSize, parts int64 }{
		{5016, 500, 128000, 1},
		{1000, 100, 102400, 1},
		{99, 100, 99, 1},
		{2097153, 1048577, 1048577, 2},
		{100 << 20, 0, 10 << 20, 10},
		{1048576000000, 0, 10 << 20, 100000},
		{1048576000001, 0, 20 << 20, 50001},
		{100 << 20, 0, 10 << 20, 10}, // DL-6: 0 is the default and ends
	} {
		opts := DownloadOptions{PartSize: tt.preferred}.withDefaults()
		plan := planParts(tt.total, opts.PartSize, opts.limits.minPart, maxRanges)
		if plan.partSize != tt.partSize || int64(plan.count) != tt.parts {
			t.Errorf("%d by %d: %d ranges of %d, want %d of %d", tt.total, tt.preferred, plan.count, plan.partSize, tt.parts, tt.partSize)
		}
	}
}

func TestUP6_PiecesCoverTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.Int64Range(1, 1<<46).Draw(t, "size")
		preferred := rapid.Int64Range(1, maxPartSize).Draw(t, "preferred")
		floor := rapid.Int64Range(1, minPartSize).Draw(t, "floor")
		plan := planParts(size, preferred, floor, maxParts)
		if int64(plan.count) > maxParts {
			t.Fatalf("%d parts", plan.count)
		}
		last := plan.count - 1
		if plan.offset(0) != 0 || plan.offset(last)+plan.length(last) != size || plan.length(last) < 1 {
			t.Fatalf("last piece %d+%d of %d", plan.offset(last), plan.length(last), size)
		}
		i := rapid.IntRange(0, last).Draw(t, "piece")
		if i < last && (plan.length(i) != plan.partSize || plan.offset(i)+plan.length(i) != plan.offset(i+1)) {
			t.Fatalf("UP-7: piece %d is %d+%d", i, plan.offset(i), plan.length(i))
		}
	})
}
