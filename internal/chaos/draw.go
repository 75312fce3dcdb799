package chaos

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/osssync/osssync/internal/ossserver"
)

// names are such whose order in a listing is not that of a walk, and such as need
// care in a URL. None is a folder of another.
func names(n int) []string {
	all := []string{
		"a", "a-b", "a.txt", "index.html", "b/a", "b/a-b", "b/c/page.html", "b-c", "b0", "c+d", "c%2Fd", "é/ü", "z/z/z/z", "~", "(1)", "#?&",
	}
	for len(all) < n {
		all = append(all, fmt.Sprintf("many/%02d", len(all)))
	}
	return all[:n]
}

// drawer draws a schedule.
type drawer struct {
	*rand.Rand
	scene scene
	names []string
}

// draw makes the n-th schedule of a seed.
func draw(seed, n uint64) schedule {
	d := drawer{Rand: rand.New(rand.NewPCG(seed, n))}
	d.scene = scene{push: d.often(50), prune: pick(d, "never", "managed", "all"), pageSize: pick(d, 0, 1, 2, 5), workers: pick(d, 1, 1, 2, 4)}
	files := 1 + d.IntN(8)
	if d.often(5) {
		files = 1 + d.IntN(60)
	}
	d.names = names(max(files, 4))
	s := schedule{scene: d.scene}
	runs := 1 + d.IntN(4)
	if d.often(10) {
		runs = 1 + d.IntN(12)
	}
	for i := range runs {
		var next step
		if i == 0 {
			for _, name := range d.names[:files] {
				next.edits = append(next.edits, d.fill(d.scene.push, name))
			}
		}
		for range d.IntN(5) {
			next.edits = append(next.edits, d.edit())
		}
		if i > 0 && d.often(30) {
			next.edits = append(next.edits, edit{verb: passTime, wait: pick(d, time.Second, time.Hour, 3*time.Hour)})
		}
		next.saved = d.often(15)
		for range d.IntN(4) {
			next.faults = append(next.faults, d.fault())
		}
		s.steps = append(s.steps, next)
	}
	return s
}

func (d drawer) often(percent int) bool { return d.IntN(100) < percent }

func pick[T any](d drawer, of ...T) T { return of[d.IntN(len(of))] }

// fill writes a file or an object. At the target it is of some bytes at least:
// equal content of another writer cannot be told from our own.
func (d drawer) fill(local bool, name string) edit {
	size := pick(d, 0, 1, 7, 300, 5000)
	if local != d.scene.push {
		size = max(size, 7)
	}
	if d.often(15) {
		size = threshold + pick(d, 0, 1, threshold-1, threshold+1)
	}
	if local {
		return edit{verb: localWrite, path: name, size: size}
	}
	return edit{verb: remoteWrite, path: name, size: size}
}

func (d drawer) edit() edit {
	name := d.names[d.IntN(len(d.names))]
	switch n := d.IntN(100); {
	case n < 35:
		return d.fill(d.scene.push, name)
	case n < 45:
		return d.fill(!d.scene.push, name)
	case n < 55 && d.scene.push:
		return edit{verb: localAmend, path: name}
	case n < 75:
		return pick(d, edit{verb: localRemove, path: name}, edit{verb: remoteRemove, path: name})
	case n < 82:
		return edit{verb: remoteBegin, path: name}
	case n < 86:
		return edit{verb: loseState}
	case n < 91 && d.scene.push:
		return edit{verb: setHeaders, size: d.IntN(3)}
	case n < 95:
		return edit{verb: exclude, path: pick(d, "", "b/", "*.txt", "a*")}
	case n < 97:
		return edit{verb: setVersions, path: pick(d, "Enabled", "Suspended")}
	}
	return edit{verb: passTime, wait: time.Minute}
}

// withDiskFaults adds up to three faults of the disk to each step.
func (s schedule) withDiskFaults(seed, n uint64) schedule {
	d := drawer{Rand: rand.New(rand.NewPCG(seed, ^n))}
	for i := range s.steps {
		for range d.IntN(4) {
			op := pick(d, diskOps...)
			s.steps[i].disk = append(s.steps[i].disk, diskFault{
				op: op, nth: 1 + d.IntN(25), ever: d.often(10), do: pick(d, diskFaultsOf(op)...),
			})
		}
	}
	return s
}

// fault draws from the whole catalogue, and prefers operations that the direction
// has.
func (d drawer) fault() fault {
	likely := []ossserver.Operation{"", ossserver.ListObjects, ossserver.HeadObject, ossserver.GetObject, dialing}
	if d.scene.push {
		likely = []ossserver.Operation{
			"", ossserver.ListObjects, ossserver.ListMultipartUploads, ossserver.HeadObject, ossserver.PutObject, ossserver.DeleteObject,
			ossserver.InitiateMultipartUpload, ossserver.UploadPart, ossserver.CompleteMultipartUpload, ossserver.ListParts,
			ossserver.AbortMultipartUpload, ossserver.CopyObject, dialing,
		}
	}
	for {
		k := catalogue[d.IntN(len(catalogue))]
		f := fault{op: pick(d, likely...), nth: 1 + d.IntN(4), ever: d.often(20), at: pick(d, k.at...), do: k.name}
		if !k.fits(f.op, f.at) {
			continue
		}
		if f.op == "" {
			f.nth = 1 + d.IntN(20)
		}
		if f.at == whileSending || f.at == inBody {
			f.offset = d.IntN(2 * threshold)
		}
		return f
	}
}
