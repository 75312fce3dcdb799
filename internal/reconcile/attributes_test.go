package reconcile

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

// TestD26_OwnedAfterAttributesWereSet sets the permissions of a pulled file, and
// writes the same into another: the content of the first still is what the pull put
// there, so it goes with its object; who wrote the second is not known.
func TestD26_OwnedAfterAttributesWereSet(t *testing.T) {
	w := pullWorld(t, "prune: managed")
	w.put(map[string]string{"kept": "k", "dressed": "d", "written": "w"})
	w.apply()
	if err := os.Chmod(filepath.Join(w.tree, "dressed"), 0o600); err != nil {
		t.Fatal(err)
	}
	w.write(map[string]string{"written": "w"})
	w.now = func() time.Time { return time.Now().Add(time.Minute) } // beyond the clock tick of the changes
	w.apply()
	w.put(map[string]string{"dressed": absent, "written": absent})
	w.apply()
	equal(t, "files", map[string]string{"kept": "k", "written": "w"}, w.files())
}

// TestL13_PulledFilesAreOrdinary pulls an object whose metadata asks for more than
// an ordinary file, over none and over one that has more. Files and folders get what
// the umask leaves, as if they were made by any other program, and a file that was
// closed to others stays so.
func TestL13_PulledFilesAreOrdinary(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no permissions")
	}
	w := pullWorld(t, "")
	for _, path := range []string{"new", "there", "narrow", "folder/in/it"} {
		_, err := w.other.PutObject(ctx, &oss.PutObjectRequest{
			Bucket: oss.Ptr(testBucket), Key: oss.Ptr(testPrefix + path), Body: strings.NewReader("#!"),
			Metadata: map[string]string{"mode": "0104777", "uid": "0", "gid": "0", "permissions": "rwsrwsrwt"},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	w.write(map[string]string{"there": "program", "narrow": "secret"})
	private := filepath.Join(w.dir, "private")
	if err := errors.Join(os.Chmod(filepath.Join(w.tree, "narrow"), 0o600), os.WriteFile(private, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(w.tree, "there"), 0o755|os.ModeSetuid); err != nil {
		t.Fatal(err)
	}
	file, folder := filepath.Join(w.dir, "file"), filepath.Join(w.dir, "folder")
	if err := errors.Join(os.WriteFile(file, nil, 0o666), os.Mkdir(folder, 0o777)); err != nil {
		t.Fatal(err)
	}
	w.apply()
	for path, like := range map[string]string{"new": file, "there": file, "narrow": private, "folder/in/it": file, "folder": folder, "folder/in": folder} {
		want, err := os.Stat(like)
		if err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(filepath.Join(w.tree, path)); err != nil || info.Mode() != want.Mode() {
			t.Errorf("%s: %v, want %v, %v", path, info.Mode(), want.Mode(), err)
		}
	}
}
