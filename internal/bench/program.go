package bench

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Of the bucket and of the requests to it. The server looks at no key; some clients want
// a secret of eight characters at least.
const (
	bucket      = "bench"
	keyID       = "bench"
	secret      = "benchbench"
	connections = 64
)

// job is what a program is to do, and where.
type job struct {
	local    string // folder that is synced, or filled
	endpoint string // http://host:port
	home     string // folder of the program's own
}

func (j *job) host() string { return strings.TrimPrefix(j.endpoint, "http://") }

// program is one that is measured.
type program struct {
	name     string   // as the user knows it
	commands []string // what it may be called
	version  []string // arguments that print its version
	line     string   // what the line with the version has; tells apart two programs of one name
	env      func(*job) []string
	settings map[string]func(*job) string // files in its home
}

var (
	rclone = &program{
		name: "rclone", commands: []string{"rclone"}, version: []string{"version"}, line: "rclone v",
		env: func(j *job) []string { return []string{"RCLONE_CONFIG=" + filepath.Join(j.home, "rclone.conf")} },
		settings: map[string]func(*job) string{"rclone.conf": func(j *job) string {
			return "[null]\ntype = s3\nprovider = Other\nendpoint = " + j.endpoint + "\naccess_key_id = " + keyID +
				"\nsecret_access_key = " + secret + "\nforce_path_style = true\nno_check_bucket = true\n"
		}},
	}
	s5cmd = &program{
		name: "s5cmd", commands: []string{"s5cmd"}, version: []string{"version"}, line: "v",
		env: func(j *job) []string { return append(amazonKeys(), "S3_ENDPOINT_URL="+j.endpoint) },
	}
	mc = &program{
		name: "mc", commands: []string{"mc", "mcli"}, version: []string{"--version"}, line: "mc version",
		env: func(j *job) []string {
			return []string{"MC_CONFIG_DIR=" + j.home, "MC_HOST_null=http://" + keyID + ":" + secret + "@" + j.host()}
		},
	}
	aws = &program{
		name: "aws", commands: []string{"aws"}, version: []string{"--version"}, line: "aws-cli",
		env: func(j *job) []string { return append(amazonKeys(), "AWS_CONFIG_FILE="+filepath.Join(j.home, "config")) },
		settings: map[string]func(*job) string{"config": func(*job) string {
			return "[default]\ns3 =\n  max_concurrent_requests = " + strconv.Itoa(connections) + "\n  addressing_style = path\n"
		}},
	}
	ossutil1 = &program{
		name: "ossutil1", commands: []string{"ossutil1", "ossutil64", "ossutil"}, version: []string{"--version"}, line: "v1.",
		settings: map[string]func(*job) string{"ossutilconfig": func(j *job) string {
			return "[Credentials]\nendpoint=" + j.endpoint + "\naccessKeyID=" + keyID + "\naccessKeySecret=" + secret + "\n"
		}},
	}
	ossutil2 = &program{
		name: "ossutil2", commands: []string{"ossutil2", "ossutil"}, version: []string{"version"}, line: "2.",
		env: func(j *job) []string {
			return append(aliyunKeys(), "OSS_REGION=cn-hangzhou", "OSS_ENDPOINT="+j.endpoint)
		},
	}
)

func amazonKeys() []string {
	return []string{"AWS_ACCESS_KEY_ID=" + keyID, "AWS_SECRET_ACCESS_KEY=" + secret, "AWS_REGION=us-east-1", "AWS_EC2_METADATA_DISABLED=true"}
}

func aliyunKeys() []string {
	return []string{"OSS_ACCESS_KEY_ID=" + keyID, "OSS_ACCESS_KEY_SECRET=" + secret}
}

// osssync is the program in the file of that name.
func osssync(file string) *program {
	return &program{
		name: "osssync", commands: []string{file}, version: []string{"version"}, line: "",
		env: func(*job) []string { return aliyunKeys() },
		settings: map[string]func(*job) string{
			"push.yaml": func(j *job) string { return osssyncSpec(j, "to") },
			"pull.yaml": func(j *job) string { return osssyncSpec(j, "from") },
		},
	}
}

func osssyncSpec(j *job, direction string) string {
	return fmt.Sprintf("{version: 1, stores: {server: {region: cn-hangzhou, endpoint: %q}}, mappings: [{name: bench, local: %q, %s: %q, transfer: {files: %d}}]}\n",
		j.endpoint, j.local, direction, "oss://"+bucket+"/"+prefix, connections)
}

// bare is this program as a client that does nothing but move bytes; see [Bare].
func bare(self string) *program {
	return &program{name: "bare", commands: []string{self}}
}

// install makes the home of p for a job, empty but for its settings.
func (p *program) install(j *job) error {
	if err := os.RemoveAll(j.home); err != nil {
		return err
	}
	if err := os.MkdirAll(j.home, 0o700); err != nil {
		return err
	}
	for name, text := range p.settings {
		if err := os.WriteFile(filepath.Join(j.home, name), []byte(text(j)), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// foreign are the beginnings of variables that change what a program does. A user's
// settings and keys are none of a benchmark's.
var foreign = []string{"AWS_", "MC_", "OSS_", "OSSSYNC_", "RCLONE_", "S3_", "HOME=", "HTTP_PROXY=", "HTTPS_PROXY=", "ALL_PROXY=", "XDG_"}

// environment is that of a run of p.
func (p *program) environment(j *job) []string {
	env := slices.DeleteFunc(os.Environ(), func(variable string) bool {
		return slices.ContainsFunc(foreign, func(begin string) bool { return strings.HasPrefix(strings.ToUpper(variable), begin) })
	})
	env = append(env, "HOME="+j.home)
	if p.env != nil {
		env = append(env, p.env(j)...)
	}
	return env
}

// find looks for p on PATH and asks it for its version, in a home below dir. It returns
// "" if p is not there.
func (p *program) find(ctx context.Context, dir string) (file, version string) {
	if p.version == nil {
		return p.commands[0], ""
	}
	j := &job{home: filepath.Join(dir, "home"), endpoint: "http://127.0.0.1:1"}
	if err := p.install(j); err != nil {
		return "", ""
	}
	defer func() { _ = os.RemoveAll(j.home) }() // what stays is in the way of nothing
	for _, name := range p.commands {
		file, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		cmd := exec.CommandContext(ctx, file, p.version...)
		cmd.Env = p.environment(j)
		text, err := cmd.Output()
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(text)) {
			if strings.Contains(line, p.line) {
				return file, strings.TrimSpace(line)
			}
		}
	}
	return "", ""
}
