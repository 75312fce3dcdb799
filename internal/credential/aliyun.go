package credential

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// profile is one of the file of Alibaba Cloud's command line. What is not named here
// is of no concern.
type profile struct {
	Name        string `json:"name"`
	Mode        string `json:"mode"`
	ID          string `json:"access_key_id"`
	Secret      Secret `json:"access_key_secret"`
	Token       Secret `json:"sts_token"`
	Expires     int64  `json:"sts_expiration"` // Unix seconds
	RoleARN     string `json:"ram_role_arn"`
	Session     string `json:"ram_session_name"`
	Duration    int64  `json:"expired_seconds"`
	RoleName    string `json:"ram_role_name"`
	Source      string `json:"source_profile"`
	ProviderARN string `json:"oidc_provider_arn"`
	TokenFile   string `json:"oidc_token_file"`
	OIDCToken   Secret `json:"oidc_token"`
	URI         string `json:"credentials_uri"`
	Command     string `json:"process_command"`
	Policy      string `json:"policy"`
	ExternalID  string `json:"external_id"`
	STSRegion   string `json:"sts_region"`
	Internal    bool   `json:"enable_vpc"`
}

// aliyunConfig is the file.
type aliyunConfig struct {
	Current  string    `json:"current"`
	Profiles []profile `json:"profiles"`

	path string
	opts Options
}

// openAliyun reads the file of Alibaba Cloud's command line.
func openAliyun(c Config, o Options) (source, error) {
	file, err := aliyunFile(o)
	if err != nil {
		return nil, err
	}
	text, err := file.read()
	if err != nil {
		return nil, err
	}
	config := aliyunConfig{path: file.path, opts: o}
	if json.Unmarshal(text, &config) != nil { // the error would quote values
		return nil, fmt.Errorf("%w: %q is no file of profiles in JSON", ErrNone, file.path)
	}
	name := c.Profile
	if name == "" {
		name = o.Getenv("ALIBABA_CLOUD_PROFILE")
	}
	if name == "" {
		name = config.Current
	}
	s, err := config.open(name, nil)
	if err != nil {
		return nil, fmt.Errorf("%q: profile %q: %w", file.path, name, err)
	}
	return s, nil
}

func aliyunFile(o Options) (configFile, error) {
	return findConfig(o.Getenv, "ALIBABA_CLOUD_CONFIG_FILE", ".aliyun", "config.json")
}

// open makes the source of a profile. Users are the profiles that wait for it.
func (a *aliyunConfig) open(name string, users []string) (source, error) {
	i := slices.IndexFunc(a.Profiles, func(p profile) bool { return p.Name == name })
	switch {
	case i < 0:
		return nil, fmt.Errorf("%w: no profile is called %q", ErrNone, name)
	case slices.Contains(users, name), len(users) > maxChain:
		return nil, fmt.Errorf("%w: profile %q is its own source, or the chain is too long", ErrNone, name)
	}
	p := a.Profiles[i]
	where := fmt.Sprintf("profile %q of %q", name, a.path)
	role := Config{
		RoleARN: p.RoleARN, SessionName: p.Session, Duration: seconds(p.Duration),
		Policy: p.Policy, ExternalID: p.ExternalID, ProviderARN: p.ProviderARN,
	}
	switch p.Mode {
	case "", "AK":
		p.Token = Secret{} // left over from another mode
		return p.keys(where)
	case "StsToken":
		return p.keys(where)
	case "RamRoleArn":
		from, err := p.keys(where)
		if err != nil {
			return nil, err
		}
		return newAssumeRole(from, role, a.opts, p.STSRegion, p.Internal)
	case "ChainableRamRoleArn":
		from, err := a.open(p.Source, append(users, name))
		if err != nil {
			return nil, fmt.Errorf("source of profile %q: %w", name, err)
		}
		return newAssumeRole(from, role, a.opts, p.STSRegion, p.Internal)
	case "EcsRamRole":
		return ecsRole{name: p.RoleName, opts: a.opts}, nil
	case "OIDC":
		return oidc{file: p.TokenFile, token: p.OIDCToken, where: where}.open(role, a.opts, p.STSRegion, p.Internal)
	case "CredentialsURI":
		return openURI(p.URI, where, a.opts)
	case "External":
		return newProcess(p.Command, where)
	}
	return nil, fmt.Errorf("%w: mode %q is not supported", ErrNone, p.Mode)
}

// keys makes the source of a profile that has keys of its own.
func (p *profile) keys(where string) (source, error) {
	keys := Keys{ID: p.ID, Secret: p.Secret, Token: p.Token}
	if p.Expires > 0 && !p.Token.Empty() {
		keys.Expires = time.Unix(p.Expires, 0)
	}
	return &fixed{keys, where}, keys.check()
}
