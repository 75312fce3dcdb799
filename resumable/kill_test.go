package resumable

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"
	"go.uber.org/goleak"
)

// The environment tells a copy of the test binary to be the process that is
// killed: which transfer, against which service, in which directory.
const (
	childOp  = "RESUMABLE_TEST_OP"
	childURL = "RESUMABLE_TEST_URL"
	childDir = "RESUMABLE_TEST_DIR"
)

const killParts, killWorkers = 12, 2

func TestMain(m *testing.M) {
	if op := os.Getenv(childOp); op != "" {
		if err := transferAsChild(op, os.Getenv(childURL), os.Getenv(childDir)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

func transferAsChild(op, url, dir string) error {
	c := oss.NewClient(oss.LoadDefaultConfig().WithRegion("cn-hangzhou").WithEndpoint(url).
		WithCredentialsProvider(credentials.NewStaticCredentialsProvider("id", "secret")))
	store, err := NewFileStore(filepath.Join(dir, "records"))
	if err != nil {
		return err
	}
	ctx := context.Background()
	if op == OpUpload {
		_, err = Upload(ctx, c, "bkt", "dir/key.bin", filepath.Join(dir, "file.bin"), UploadOptions{
			Store: store, Threshold: NoThreshold, PartSize: minPartSize, Parts: killWorkers,
		})
		return err
	}
	_, err = Download(ctx, c, "bkt", "dir/key.bin", filepath.Join(dir, "out.bin"), DownloadOptions{
		Store: store, Threshold: NoThreshold, PartSize: minPartSize, Parts: killWorkers,
	})
	return err
}

// The process is killed by signal at its seventh request, again and
// again until it gets to its end. What it had moved is not moved again,
// but for the pieces that were under way.
func TestS1_KilledProcess(t *testing.T) {
	for op, request := range map[string]string{OpUpload: "PART", OpDownload: "GET"} {
		t.Run(op, func(t *testing.T) {
			content := noise(1, int(killParts*minPartSize))
			r := newRig(t, content)
			if op == OpDownload {
				r.service.put("dir/key.bin", content, "Normal")
			}
			kills := 0
			for finished := false; !finished; {
				if finished = runAndKill(t, r, op); !finished {
					kills++
				}
				if kills > 2*killParts {
					t.Fatal("never ends")
				}
			}
			data, _ := os.ReadFile(filepath.Join(r.dir, map[string]string{OpUpload: "file.bin", OpDownload: "out.bin"}[op]))
			if o := r.object("dir/key.bin"); o == nil || digestOf(o.data) != digestOf(data) || len(data) != len(content) {
				t.Error("object and file differ")
			}
			if moved := len(r.calls(request)); moved > killParts+killWorkers*kills || kills < 2 {
				t.Errorf("%d pieces of %d moved over %d kills", moved, killParts, kills)
			}
			if len(r.temps(t)) != 0 || r.uploads() != 0 {
				t.Errorf("left: temps %q, %d uploads", r.temps(t), r.uploads())
			}
		})
	}
}

// runAndKill starts the process and kills it at its seventh request; it tells
// whether the process got to its end before that.
func runAndKill(t *testing.T, r *rig, op string) (finished bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childOp+"="+op, childURL+"="+r.URL, childDir+"="+r.dir)
	cmd.Stderr = os.Stderr
	var once sync.Once
	started := make(chan struct{})
	seen, killed := 0, false
	r.inject(func(int, call) *fault {
		<-started
		if seen++; seen < 7 {
			return nil
		}
		once.Do(func() { killed = cmd.Process.Kill() == nil })
		return &fault{hangUp: true}
	})
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	close(started)
	err := cmd.Wait()
	r.inject(nil) // after this no request is in the hook
	if err != nil && !killed {
		t.Fatal(err)
	}
	return err == nil
}
