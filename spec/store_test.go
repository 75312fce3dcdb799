package spec

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// storeOf parses a spec whose store has the given fields besides its region.
func storeOf(fields string) (Store, error) {
	s, err := Parse("a.yaml", "/srv", []byte("version: 1\nstores: {s: {region: cn-hangzhou, "+fields+"}}\nmappings: [{name: m, local: m, to: oss://abc/m/}]\n"))
	if err != nil {
		return Store{}, err
	}
	return s.Stores[0], nil
}

func TestCredentials(t *testing.T) {
	const arn = "acs:ram::1234567890123456:role/deploy"
	for text, want := range map[string]Credentials{
		"":                         {From: CredentialsEnv},
		"credentials: default":     {From: CredentialsDefault},
		"credentials: process":     {From: CredentialsProcess},
		"credentials: {from: env}": {From: CredentialsEnv},
		"credentials: {from: ossutil, profile: p}":                 {From: CredentialsOSSUtil, Profile: "p"},
		"credentials: {from: ecs-role, roleName: web-1.x}":         {From: CredentialsECSRole, RoleName: "web-1.x"},
		"credentials: oidc":                                        {From: CredentialsOIDC},
		"credentials: {from: oidc, sessionName: ci}":               {From: CredentialsOIDC, SessionName: "ci", Duration: time.Hour},
		"credentials: {from: assume-role, roleArn: '" + arn + "'}": {From: CredentialsAssumeRole, RoleARN: arn, SessionName: "osssync", Duration: time.Hour},
		"credentials: {from: assume-role, roleArn: '" + arn + "', source: {from: assume-role, roleArn: '" + arn + "', source: ecs-role}, duration: 15m, policy: '{}', externalId: x1}": {
			From: CredentialsAssumeRole, RoleARN: arn, SessionName: "osssync", Duration: 15 * time.Minute, Policy: "{}", ExternalID: "x1",
			Source: &Credentials{From: CredentialsAssumeRole, RoleARN: arn, SessionName: "osssync", Duration: time.Hour, Source: &Credentials{From: CredentialsECSRole}},
		},
	} {
		s, err := storeOf(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if diff := cmp.Diff(want, s.Credentials); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
	chain := "env"
	for range 5 {
		chain = "{from: assume-role, roleArn: '" + arn + "', source: " + chain + "}"
	}
	for text, says := range map[string]string{
		"credentials: magic":                                                          `credentials: unknown word "magic"`,
		"credentials: ossutl":                                                         `did you mean "ossutil"?`,
		"credentials: [env]":                                                          "a list instead of a word",
		"credentials: {}":                                                             "credentials.from: missing",
		"credentials: {from: env, profile: p}":                                        "credentials.profile: no use for credentials from env",
		"credentials: assume-role":                                                    "credentials.roleArn: missing",
		"credentials: {from: assume-role, roleArn: deploy}":                           `"deploy" is not an ARN`,
		"credentials: {from: oidc, source: env}":                                      "no use for credentials from oidc",
		"credentials: {from: oidc, duration: 5m}":                                     "out of range",
		"credentials: {from: oidc, policy: '{'}":                                      "policy that is no JSON object",
		"credentials: {from: oidc, policy: 'null'}":                                   "policy that is no JSON object",
		"credentials: {from: oidc, tokenFile: /etc/shadow}":                           "keys never stand in a spec",
		"credentials: {from: process, command: [rm]}":                                 "unknown field",
		"credentials: {from: ecs-role, roleName: ../x}":                               "is not a role",
		"credentials: {from: ecs-role, accessKeySecret: s}":                           "keys never stand in a spec",
		"credentials: {from: ossutil, profile: \"a\\nb\"}":                            "control character",
		"credentials: " + chain:                                                       "a chain of more than 5 sources",
		"credentials: {from: assume-role, source: anonymous, roleArn: '" + arn + "'}": "anonymous source",
	} {
		if _, err := storeOf(text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", text, err, says)
		}
	}
}

func TestEndpoints(t *testing.T) {
	for _, text := range []string{
		"internal: true", "accelerate: true", "dualStack: true, internal: false", "endpoint: 'https://www.example.com', cname: true",
		"endpoint: 'https://oss-cn-hangzhou-internal.aliyuncs.com'", "endpoint: 'https://oss-accelerate.aliyuncs.com'",
		"endpoint: 'https://cn-hangzhou.oss.aliyuncs.com'", "endpoint: 'https://oss-cn-beijing.example.com'",
	} {
		if _, err := storeOf(text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	for text, says := range map[string]string{
		"internal: true, accelerate: true":                   "accelerate: a second endpoint besides internal",
		"endpoint: 'https://x.example.com', dualStack: true": "dualStack: a second endpoint besides endpoint",
		"cname: true":                     "cname without an endpoint",
		"internal: yes":                   "text instead of true or false",
		"internal: True":                  "write true or false, in lower case",
		"proxy: http://proxy.example.com": "unknown word",
		"caFile: ~/ca.pem":                "it is not expanded",
		"endpoint: 'https://oss-cn-beijing.aliyuncs.com'":          `endpoint of region "cn-beijing": the region of the store is cn-hangzhou`,
		"endpoint: 'https://oss-cn-beijing-internal.aliyuncs.com'": `endpoint of region "cn-beijing"`,
		"endpoint: 'https://cn-beijing.oss.aliyuncs.com'":          `endpoint of region "cn-beijing"`,
	} {
		if _, err := storeOf(text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", text, err, says)
		}
	}
	s, err := storeOf("caFile: certs/ca.pem, proxy: environment")
	if err != nil || s.CAFile != "/srv/certs/ca.pem" || s.Proxy != ProxyEnvironment {
		t.Errorf("%+v, %v", s, err)
	}
	_, err = Parse("a.yaml", "/srv", []byte("version: 1\nstores: {s: {embedded: x, internal: true, credentials: oidc}}\nmappings: [{name: m, local: m, to: oss://abc/m/}]\n"))
	if err == nil || strings.Count(err.Error(), "no use for an embedded store") != 2 {
		t.Errorf("%v", err)
	}
}
