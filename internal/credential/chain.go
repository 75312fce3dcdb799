package credential

import (
	"fmt"
	"strings"
)

const (
	machineVariable         = "ALIBABA_CLOUD_ECS_METADATA" // name of the role of this machine
	machineDisabledVariable = "ALIBABA_CLOUD_ECS_METADATA_DISABLED"
)

// link is one source of the default chain.
type link struct {
	name       string
	configured func(Options) bool
}

// chain is the order of FromDefault. The metadata service is asked only where the
// environment says that there is one: elsewhere its address is somebody else's.
func chain() []link {
	file := func(find func(Options) (configFile, error)) func(Options) bool {
		return func(o Options) bool {
			f, err := find(o)
			return err == nil && f.named()
		}
	}
	return []link{
		{FromEnv, func(o Options) bool { return inEnvironment(o.Getenv) }},
		{FromOIDC, func(o Options) bool { return inOIDC(o.Getenv) }},
		{FromOSSUtil, file(ossutilFile)},
		{FromAliyun, file(aliyunFile)},
		{FromECSRole, func(o Options) bool {
			return o.Getenv(machineVariable) != "" && !strings.EqualFold(o.Getenv(machineDisabledVariable), "true")
		}},
	}
}

// openDefault takes the first source that is configured. One that is, and has no
// keys, is an error: going on with the keys of somebody else would be worse.
func openDefault(o Options) (source, error) {
	var names []string
	for _, l := range chain() {
		names = append(names, l.name)
		if !l.configured(o) {
			continue
		}
		s, err := open(Config{From: l.name, RoleName: o.Getenv(machineVariable)}, o, 0)
		if err != nil {
			return nil, fmt.Errorf("%s, the first source that is configured: %w", l.name, err)
		}
		return s, nil
	}
	return nil, fmt.Errorf("%w: none of %s is configured; set %s and %s", ErrNone, strings.Join(names, ", "), families()[0].id, families()[0].secret)
}
