package spec

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// Credentials say where the keys of a store come from. They hold none, and name no
// file and no program: those are named in the environment, out of reach of whoever
// edits a spec. The zero value is that of CredentialsEnv.
type Credentials struct {
	From        string        // CredentialsEnv and so on
	Profile     string        // ossutil, aliyun: name of a profile; "" = the one in use there
	RoleName    string        // ecs-role: name of the role; "" = the machine's only one
	RoleARN     string        // assume-role, oidc; "acs:ram::ACCOUNT:role/NAME"
	ProviderARN string        // oidc; "acs:ram::ACCOUNT:oidc-provider/NAME"
	SessionName string        // assume-role, oidc: what logs of the account show; "" = "osssync"
	Duration    time.Duration // assume-role, oidc: 15 minutes to 12 hours that keys are asked for; 0 = one hour
	Policy      string        // assume-role, oidc: a policy in JSON that narrows the rights of the role
	ExternalID  string        // assume-role: what the role's trust policy asks for
	Source      *Credentials  // assume-role: whose keys assume the role; nil = CredentialsEnv
}

// The values of Credentials.From.
const (
	CredentialsEnv        = "env"         // from the environment (OSS_ACCESS_KEY_ID and so on)
	CredentialsDefault    = "default"     // the first of env, oidc, ossutil, aliyun and ecs-role that is configured
	CredentialsOSSUtil    = "ossutil"     // from the configuration of ossutil
	CredentialsAliyun     = "aliyun"      // from the configuration of Alibaba Cloud's command line
	CredentialsECSRole    = "ecs-role"    // those of the role of a cloud machine
	CredentialsOIDC       = "oidc"        // those of a role, for a token of an identity provider
	CredentialsAssumeRole = "assume-role" // those of a role, for the keys of another source
	CredentialsProcess    = "process"     // from a program that the environment names
	CredentialsAnonymous  = "anonymous"   // requests are not signed
)

var credentialNames = []string{
	CredentialsEnv, CredentialsDefault, CredentialsOSSUtil, CredentialsAliyun, CredentialsECSRole,
	CredentialsOIDC, CredentialsAssumeRole, CredentialsProcess, CredentialsAnonymous,
}

// uses tells which fields a source has a use for, besides from.
var uses = map[string][]string{
	CredentialsOSSUtil:    {"profile"},
	CredentialsAliyun:     {"profile"},
	CredentialsECSRole:    {"roleName"},
	CredentialsOIDC:       {"roleArn", "providerArn", "sessionName", "duration", "policy"},
	CredentialsAssumeRole: {"source", "roleArn", "sessionName", "duration", "policy", "externalId"},
}

const (
	shortestRole = 15 * time.Minute
	longestRole  = 12 * time.Hour
	maxPolicy    = 2048 // bytes
	maxSources   = 5    // of one chain
)

var (
	credentialName  = choice(credentialNames, credentialNames)
	profileText     = named("a profile", "[A-Za-z0-9._-]{1,64}")
	roleText        = named("a role", "[A-Za-z0-9.-]{1,64}")
	roleARNText     = named("an ARN", "acs:ram::[0-9]{1,20}:role/[A-Za-z0-9.-]{1,64}")
	providerARNText = named("an ARN", "acs:ram::[0-9]{1,20}:oidc-provider/[A-Za-z0-9._-]{1,128}")
	sessionText     = named("a name", "[A-Za-z0-9.@_-]{2,64}")
	policyText      = text("a policy", "JSON of 1 to 2,048 bytes", parsePolicy).like(objectPattern)
	externalText    = named("an id", "[A-Za-z0-9+=,.@:/_-]{2,1000}")
)

// named is text of a form.
func named(what, pattern string) scalar[string] {
	form := regexp.MustCompile("^(?:" + pattern + ")$")
	return text(what, pattern, func(text string) (string, problem) {
		if !form.MatchString(text) {
			return "", problem{quote(text) + " is not " + what, "it has the form " + pattern}
		}
		return text, problem{}
	}).like(form.String())
}

// credentialFields are the fields of the long form.
func credentialFields(depth int) []field[Credentials] {
	source := field[Credentials]{name: "source", kind: "a word or a mapping", limits: "as credentials itself", fallback: CredentialsEnv, schema: credentialsRef}
	source.decode = func(d *decoder, v value, into *Credentials) {
		if v.node != nil {
			into.Source = new(Credentials)
			decodeCredentials(d, v, into.Source, depth+1)
		}
	}
	return []field[Credentials]{
		scalarField("from", credentialName, "", func(c *Credentials) *string { return &c.From }).must(),
		scalarField("profile", profileText, "", func(c *Credentials) *string { return &c.Profile }),
		scalarField("roleName", roleText, "", func(c *Credentials) *string { return &c.RoleName }),
		scalarField("roleArn", roleARNText, "", func(c *Credentials) *string { return &c.RoleARN }),
		scalarField("providerArn", providerARNText, "", func(c *Credentials) *string { return &c.ProviderARN }),
		scalarField("sessionName", sessionText, "osssync", func(c *Credentials) *string { return &c.SessionName }),
		scalarField("duration", duration(shortestRole, longestRole), "1h", func(c *Credentials) *time.Duration { return &c.Duration }),
		scalarField("policy", policyText, "", func(c *Credentials) *string { return &c.Policy }),
		scalarField("externalId", externalText, "", func(c *Credentials) *string { return &c.ExternalID }),
		source,
	}
}

// parsePolicy checks that text is a JSON object; what it may say, the service knows.
func parsePolicy(text string) (string, problem) {
	var object map[string]any // stays nil for null
	if len(text) > maxPolicy || json.Unmarshal([]byte(text), &object) != nil || object == nil {
		return "", problem{"policy that is no JSON object of at most 2,048 bytes", `such as '{"Version":"1","Statement":[...]}'`}
	}
	return text, problem{}
}

// credentialsField is the field of a store.
func credentialsField() field[storeDraft] {
	return field[storeDraft]{
		name: "credentials", kind: "a word or a mapping", fallback: CredentialsEnv,
		limits: strings.Join(credentialNames, ", ") + ", or the fields of credentials",
		schema: credentialsRef,
		decode: func(d *decoder, v value, into *storeDraft) {
			if v.node == nil {
				v = v.standIn(CredentialsEnv)
			}
			decodeCredentials(d, v, &into.Credentials, 1)
		},
	}
}

// decodeCredentials reads the short form, which is a word, or the long one. The
// depth is that of a chain.
func decodeCredentials(d *decoder, v value, into *Credentials, depth int) {
	if depth > maxSources {
		d.report(v.at, problem{fmt.Sprintf("a chain of more than %d sources", maxSources), ""})
		return
	}
	if v.node.Kind != yaml.MappingNode {
		if decodeScalar(d, v, credentialName, &into.From) {
			d.finishCredentials(into, v.at, nil)
		}
		return
	}
	if places, ok := record(d, v, credentialFields(depth), into); ok {
		d.finishCredentials(into, v.at, places)
	}
}

// finishCredentials checks what concerns several fields.
func (d *decoder) finishCredentials(c *Credentials, at place, places map[string]place) {
	if c.From == "" {
		return // told already
	}
	for name, other := range places {
		if name != "from" && !slices.Contains(uses[c.From], name) && slices.Contains(names(credentialFields(0)), name) {
			d.report(other, problem{"no use for credentials from " + c.From, "take it out"})
		}
	}
	if !slices.Contains(uses[c.From], "sessionName") { // defaults of fields that have no use
		c.SessionName, c.Duration = "", 0
	}
	if _, found := places["roleArn"]; c.From == CredentialsAssumeRole && !found {
		d.report(at.child("roleArn"), problem{"missing", "the role to assume: acs:ram::ACCOUNT:role/NAME"})
	}
	if c.Source != nil && c.Source.From == CredentialsAnonymous {
		d.report(places["source"], problem{"anonymous source", "a role is assumed with keys"})
	}
}
