package bench

import (
	"path/filepath"
	"slices"
	"strconv"
)

// variant is a way to use a program.
type variant struct {
	program  *program
	label    string // what stands beside the name of the program
	compares string // what is looked at to tell that a file and an object are the same
	primed   bool   // the home of a run is left by one that synced the same tree without its edits
	push     func(*job) []string
	pull     func(*job) []string
}

// name is how the table calls v.
func (v *variant) name() string {
	if v.label == "" {
		return v.program.name
	}
	return v.program.name + " " + v.label
}

const (
	remote = bucket + "/" + prefix
	byTime = "size, time"
	bySize = "size"
	// content: MD5 or CRC-64 of every file read now, or taken from an index that holds
	// if neither the file nor the object was touched since.
	byContent = "content"
	// nothing: all is sent.
	byNothing = "-"
	// the remote side is not asked: what others changed there is not seen.
	bySnapshot = "time, local side alone"
)

func osssyncVariants(p *program) (indexed, fresh *variant) {
	use := func(file string) func(*job) []string {
		return func(j *job) []string {
			return []string{"apply", "--auto-approve", "--quiet", "--state-dir", filepath.Join(j.home, "state"), "--file", filepath.Join(j.home, file)}
		}
	}
	indexed = &variant{program: p, compares: byContent, primed: true, push: use("push.yaml")}
	fresh = &variant{program: p, label: "without index", compares: byContent, push: use("push.yaml"), pull: use("pull.yaml")}
	return indexed, fresh
}

func rcloneVariant(compares string, options ...string) *variant {
	use := func(from, to string) []string {
		args := []string{"sync", from, to, "--fast-list", "--quiet", "--transfers", strconv.Itoa(connections), "--checkers", strconv.Itoa(connections)}
		return append(args, options...)
	}
	v := &variant{program: rclone, compares: compares}
	v.push = func(j *job) []string { return use(j.local, "null:"+remote) }
	v.pull = func(j *job) []string { return use("null:"+remote, j.local) }
	if len(options) > 0 {
		v.label = options[0]
	}
	return v
}

func s5cmdVariant(compares string, options ...string) *variant {
	use := func(from, to string) []string {
		return slices.Concat([]string{"--log", "error", "--numworkers", strconv.Itoa(connections), "sync"}, options, []string{from, to})
	}
	v := &variant{program: s5cmd, compares: compares}
	v.push = func(j *job) []string { return use(j.local+"/", "s3://"+remote) }
	v.pull = func(j *job) []string { return use("s3://"+remote+"*", j.local+"/") }
	if len(options) > 0 {
		v.label = options[0]
	}
	return v
}

func mcVariant(compares string) *variant {
	use := func(from, to string) []string {
		return []string{"--quiet", "mirror", "--overwrite", "--max-workers", strconv.Itoa(connections), from, to}
	}
	return &variant{
		program: mc, compares: compares,
		push: func(j *job) []string { return use(j.local, "null/"+remote) },
		pull: func(j *job) []string { return use("null/"+remote, j.local) },
	}
}

func awsVariant(compares string) *variant {
	use := func(from, to string, j *job) []string {
		return []string{"s3", "sync", from, to, "--only-show-errors", "--endpoint-url", j.endpoint}
	}
	return &variant{
		program: aws, compares: compares,
		push: func(j *job) []string { return use(j.local, "s3://"+remote, j) },
		pull: func(j *job) []string { return use("s3://"+remote, j.local, j) },
	}
}

func ossutil1Variant(compares, label string, options ...string) *variant {
	use := func(from, to string, j *job) []string {
		args := []string{"cp", from, to, "--recursive", "--force", "--disable-dir-object", "--jobs", strconv.Itoa(connections),
			"--config-file", filepath.Join(j.home, "ossutilconfig"), "--output-dir", filepath.Join(j.home, "output"),
			"--checkpoint-dir", filepath.Join(j.home, "checkpoint")}
		for _, option := range options {
			args = append(args, option)
			if option == snapshotPath {
				args = append(args, filepath.Join(j.home, "snapshot"))
			}
		}
		return args
	}
	return &variant{
		program: ossutil1, label: label, compares: compares,
		push: func(j *job) []string { return use(j.local, "oss://"+remote, j) },
		pull: func(j *job) []string { return use("oss://"+remote, j.local, j) },
	}
}

const snapshotPath = "--snapshot-path"

// ossutil1Snapshot remembers the times of the files that it sent.
func ossutil1Snapshot() *variant {
	v := ossutil1Variant(bySnapshot, snapshotPath, snapshotPath)
	v.primed = true
	return v
}

func ossutil2Variant(compares string, options ...string) *variant {
	use := func(from, to string) []string {
		args := []string{"cp", from, to, "--recursive", "--force", "--job", strconv.Itoa(connections), "--addressing-style", "path"}
		return append(args, options...)
	}
	v := &variant{program: ossutil2, compares: compares}
	v.push = func(j *job) []string { return use(j.local, "oss://"+remote) }
	v.pull = func(j *job) []string { return use("oss://"+remote, j.local) }
	if len(options) > 0 {
		v.label = options[0]
	}
	return v
}

func bareVariant(p *program) *variant {
	use := func(direction string) func(*job) []string {
		return func(j *job) []string { return []string{BareArgument, direction, j.local, j.endpoint + "/" + remote} }
	}
	return &variant{program: p, compares: byNothing, push: use("up"), pull: use("down")}
}
