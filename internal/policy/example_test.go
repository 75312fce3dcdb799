package policy_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/osssync/osssync/internal/policy"
	"github.com/osssync/osssync/spec"
)

func Example() {
	dir, err := os.MkdirTemp("", "policy")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "policy.yaml")
	text := "version: 1\nendpoints: ['*.aliyuncs.com']\nbuckets: [my-site]\nroots: [/srv/checkout]\ndeletes: false\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		fmt.Println(err)
		return
	}
	p, err := policy.Load(file)
	if err != nil {
		fmt.Println(err)
		return
	}
	s, err := spec.Parse("osssync.yaml", "/srv/checkout", []byte(
		"version: 1\nstores: {prod: {region: cn-hangzhou}}\nmappings: [{name: site, local: public, to: oss://elsewhere/, prune: all}]\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	var refused *policy.RefusedError
	if errors.As(p.Check(s, policy.World{
		Endpoint: func(s spec.Store) (string, error) { return "https://oss-" + s.Region + ".aliyuncs.com", nil },
		Inside:   func(path, folder string) bool { return strings.HasPrefix(path+"/", folder+"/") },
	}), &refused) {
		for _, r := range refused.Refusals {
			fmt.Println(r)
		}
	}
	// Output:
	// mappings[0].to: "elsewhere" is not allowed by buckets
	// mappings[0].prune: "all" is not allowed by deletes
}
