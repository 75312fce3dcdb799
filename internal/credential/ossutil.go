package credential

import (
	"fmt"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// openOSSUtil reads the file of ossutil, of version 1 or 2.
func openOSSUtil(c Config, o Options) (source, error) {
	file, err := ossutilFile(o)
	if err != nil {
		return nil, err
	}
	text, err := file.read()
	if err != nil {
		return nil, err
	}
	sections, err := parseINI(text)
	if err != nil {
		return nil, fmt.Errorf("%q: %w", file.path, err)
	}
	if address := sections["akservice"]["ecsak"]; address != "" { // of version 1, which has one set of keys
		if sections["credentials"] == nil {
			sections["credentials"] = section{}
		}
		sections["credentials"]["ecsak"] = address
	}
	name := c.Profile
	if name == "" {
		name = o.Getenv("OSSUTIL_PROFILE")
	}
	r := ossutilReader{file: file.path, sections: sections, opts: o}
	s, err := r.open(name, nil)
	if err != nil {
		return nil, fmt.Errorf("%q: %w", file.path, err)
	}
	return s, nil
}

func ossutilFile(o Options) (configFile, error) {
	return findConfig(o.Getenv, "OSSUTIL_CONFIG_FILE", ".ossutilconfig")
}

// ossutilReader makes sources of profiles.
type ossutilReader struct {
	file     string
	sections map[string]section
	opts     Options
}

// profile returns the section of a name: [profile NAME], or for the default
// [default], or [Credentials], which version 1 writes.
func (r *ossutilReader) profile(name string) (section, string, error) {
	titles := []string{"profile " + strings.ToLower(name)}
	if name == "" || name == "default" {
		titles = []string{"profile default", "default", "credentials"}
	}
	for _, title := range titles {
		if s := r.sections[title]; s != nil {
			return s, title, nil
		}
	}
	return nil, "", fmt.Errorf("%w: no section [%s]", ErrNone, strings.Join(titles, "], ["))
}

// open makes the source of a profile. Users are the profiles that wait for it.
func (r *ossutilReader) open(name string, users []string) (source, error) {
	s, title, err := r.profile(name)
	if err != nil {
		return nil, err
	}
	if slices.Contains(users, title) || len(users) > maxChain {
		return nil, fmt.Errorf("%w: section [%s] is its own source, or the chain is too long", ErrNone, title)
	}
	where := fmt.Sprintf("section [%s] of %q", title, r.file)
	if s["ecsak"] != "" && s["mode"] == "" {
		return r.akService(s["ecsak"], where)
	}
	mode := strings.TrimPrefix(plainName(s["mode"]), "ali")
	switch {
	case mode == "" && s.first("ramrolearn", "rolearn") != "":
		mode = "ramrolearn"
	case mode == "" && s["ecsrolename"] != "":
		mode = "ecsramrole"
	case mode == "":
		mode = "ststoken" // the token may be missing
	}
	switch mode {
	case "ak":
		return s.keys("", where)
	case "ststoken":
		return s.keys(s["ststoken"], where)
	case "ramrolearn":
		return r.role(s, title, append(users, title))
	case "ecsramrole":
		return ecsRole{name: s.first("ecsrolename", "ramrolename", "rolename"), opts: r.opts}, nil
	case "process":
		return newProcess(s.first("credentialprocess", "processcommand", "command"), where)
	case "anonymous":
		return anonymous{}, nil
	}
	return nil, fmt.Errorf("%w: mode %q of section [%s] is not supported", ErrNone, s["mode"], title)
}

// keys makes the source of a section that has keys of its own.
func (s section) keys(token, where string) (source, error) {
	keys := Keys{ID: s["accesskeyid"], Secret: New(s["accesskeysecret"]), Token: New(token)}
	return &fixed{keys, where}, keys.check()
}

// role makes the source of a profile that assumes a role, with keys of its own or of
// its source profile.
func (r *ossutilReader) role(s section, title string, users []string) (source, error) {
	var (
		from source
		err  error
	)
	if name := s["sourceprofile"]; name != "" {
		from, err = r.open(name, users)
	} else {
		from, err = s.keys(s["ststoken"], fmt.Sprintf("section [%s] of %q", title, r.file))
	}
	if err != nil {
		return nil, fmt.Errorf("section [%s]: %w", title, err)
	}
	var duration time.Duration
	if text := s.first("durationseconds", "tokentimeout", "roledurationseconds"); text != "" {
		n, err := strconv.ParseInt(text, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("%w: section [%s]: the duration is no number of seconds", ErrNone, title)
		}
		duration = seconds(n)
	}
	return newAssumeRole(from, Config{
		RoleARN: s.first("ramrolearn", "rolearn"), SessionName: s["rolesessionname"], ExternalID: s["externalid"], Policy: s["policy"], Duration: duration,
	}, r.opts, s["stsregion"], false)
}

// akService is what version 1 has in [AkService]: the address of a role at the
// metadata service. The role counts, and the service is asked as it is now.
func (r *ossutilReader) akService(address, where string) (source, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host != metadataAddress {
		return nil, fmt.Errorf("%w: ecsAk in %s is no address of the metadata service, http://%s", ErrNone, where, metadataAddress)
	}
	name := path.Base(u.Path)
	if strings.HasSuffix(u.Path, "/") || name == "." || name == "/" {
		name = ""
	}
	return ecsRole{name: name, opts: r.opts}, nil
}
