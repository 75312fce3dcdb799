package chaos

import (
	"testing"

	"github.com/osssync/osssync/internal/chaos/ground"
)

// TestKnown plays schedules that a known bug does not survive, at every level.
func TestKnown(t *testing.T) {
	dir := ground.Memory(t)
	var folder counter
	for name, text := range map[string]string{
		"D13 bucket gone": "push,all,page=0,workers=1; local+a=3 local+b=4; local-a local+a/b=5 !ListObjects#1/before/no-bucket",
		"D14 excluded":    "push,all,page=0,workers=1; local+a/b=3 local+c=4 local+d=5; exclude=a/ local-c",
		"D18 replaced":    "push,managed,page=0,workers=1; local+a=3 local+b=4; local-a local+c=1 !HeadObject#1/before/rival",
		"I1 part flipped": "push,managed,page=0,workers=1; local+a=204801 !UploadPart#1/sending:97/flip",
		"I2 flipped":      "pull,managed,page=0,workers=1; remote+a=3 !GetObject#1/body:97/flip",
		"M3 in doubt":     "push,managed,page=0,workers=1; local+a=204801 !CompleteMultipartUpload#1+/before/close",
	} {
		t.Run(name, func(t *testing.T) {
			s, err := parseSchedule(text)
			if err == nil {
				err = bubble(t, dir, folder.next(), func(dir string) error { return play(dir, s) })
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
}
