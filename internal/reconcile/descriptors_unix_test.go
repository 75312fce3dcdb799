//go:build unix

package reconcile

import (
	"fmt"
	"maps"
	"math"
	"syscall"
	"testing"

	"github.com/osssync/osssync/spec"
)

func TestR2_Descriptors(t *testing.T) {
	t.Run("R2 wishes are lowered to what there is", func(t *testing.T) {
		for _, row := range []struct {
			files, parts int
			embedded     bool
			descriptors  int
			want         string
		}{
			{32, 4, false, 1024, "32 x 4"},
			{32, 4, true, 1024, "32 x 4"},
			{256, 64, false, math.MaxInt, "256 x 64"},
			{256, 64, false, 1024, "30 x 29"},
			{32, 4, false, 64, "4 x 4"},
			{32, 4, true, 64, "3 x 2"},
			{1, 64, false, 64, "1 x 28"},
			{1, 1, false, 0, "1 x 1"},
			{256, 64, true, 0, "1 x 1"},
		} {
			got := fit(spec.Transfer{Files: row.files, Parts: row.parts}, row.embedded, row.descriptors)
			if got := fmt.Sprintf("%d x %d", got.Files, got.Parts); got != row.want {
				t.Errorf("%+v: %s", row, got)
			}
		}
	})
	t.Run("R2 a run within 64 descriptors", func(t *testing.T) {
		const fields = "transfer: {files: 64, parts: 8, threshold: 100KiB, partSize: 100KiB}"
		up, down := pushWorld(t, fields), pullWorld(t, fields)
		files := map[string]string{}
		for n := range 64 {
			files[fmt.Sprint("folder", n%9, "/file", n)] = large + fmt.Sprint(n)
		}
		up.write(files)
		down.put(files)
		var limit syscall.Rlimit
		if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
			t.Fatal(err)
		}
		low := limit
		low.Cur = 64
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &low); err != nil {
			t.Skip(err)
		}
		defer func() {
			if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
				t.Error(err)
			}
		}()
		up.apply()
		down.apply()
		if !maps.Equal(files, up.objects()) || !maps.Equal(files, down.files()) {
			t.Error("the sides differ")
		}
	})
}
