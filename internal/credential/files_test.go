package credential

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path"
	"runtime"
	"strings"
	"testing"
)

// granting serves a token service that tells in the id whom it was asked for by what.
func (w *world) granting() {
	w.vars["OSSSYNC_STS_ENDPOINT"] = w.serve(func(rw http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		if r.ParseForm() == nil && r.PostForm.Get("OIDCToken") != "" {
			io.WriteString(rw, w.grant("OIDC."+r.PostForm.Get("RoleArn")))
			return
		}
		_, id, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
		id, _, _ = strings.Cut(id, ",")
		io.WriteString(rw, w.grant(id+">"+q.Get("RoleArn")+"/"+q.Get("RoleSessionName")+"/"+q.Get("DurationSeconds")+"/"+q.Get("ExternalId")))
	})
}

func TestOSSUtil(t *testing.T) {
	w := newWorld(t)
	w.granting()
	w.opts.metadata, w.opts.Transport = metadataAddress, &http.Transport{DisableKeepAlives: true}
	w.opts.direct = recorder(func(r *http.Request) string { return w.handOut("role-of-" + path.Base(r.URL.Path)) })
	program := w.program("echo '" + w.handOut("by-program") + "'")
	w.write(".ossutilconfig", "\ufeff# by ossutil config\r\n[Credentials]\nlanguage=EN\naccessKeyID = one\naccessKeySecret="+canarySecret+"\nstsToken="+canaryToken+"\n[Bucket-Endpoint]\nb = e\n")
	if k := w.want(Config{From: FromOSSUtil}, "one", "section [credentials] of"); k.Token.Reveal() != canaryToken {
		t.Error("the token is lost")
	}
	w.write(".ossutilconfig", "[Credentials]\n[AkService]\necsAk=http://100.100.100.200/latest/meta-data/Ram/security-credentials/web\n")
	w.want(Config{From: FromOSSUtil}, "role-of-web", `the role "web"`)
	w.write(".ossutilconfig", "[AkService]\necsAk=http://keys.example.com/x\n")
	w.refuse(Config{From: FromOSSUtil}, "no address of the metadata service")
	w.write(".ossutilconfig", `
[default]
access-key-id = plain
access_key_secret = "`+canarySecret+`"
stsToken = left-over
mode = AK
[profile temporary]
mode = StsToken
accessKeyId = tmp
accessKeySecret = s
sts-token = `+canaryToken+`
[profile  Role]
mode = RamRoleArn
source-profile = default
role-arn = R
roleSessionName = me
externalId = x
duration-seconds = 1800
[profile chained]
source_profile = role
ramRoleArn = S
[profile own]
mode=RamRoleArn
accessKeyID=own
accessKeySecret=s
ramRoleArn=T
[profile machine]
mode = Ali-EcsRamRole
ecsRoleName = box
[profile machine-by-name]
ecs-role-name = box
[profile program]
mode = Process
credential-process = "`+program+`"
[profile nobody]
mode = Anonymous
[profile loop]
mode = RamRoleArn
ramRoleArn = L
source-profile = loop
[profile strange]
mode = CloudBox
[profile empty]
[profile slow]
mode=RamRoleArn
accessKeyID=own
accessKeySecret=s
ramRoleArn=T
durationSeconds=long
`)
	for profile, id := range map[string]string{
		"": "plain", "default": "plain", "temporary": "tmp", "role": "plain>R/me/1800/x", "ROLE": "plain>R/me/1800/x",
		"chained": "plain>R/me/1800/x>S/osssync/3600/", "own": "own>T/osssync/3600/",
		"machine": "role-of-box", "machine-by-name": "role-of-box", "program": "by-program", "nobody": "",
	} {
		if k := w.want(Config{From: FromOSSUtil, Profile: profile}, id, ""); profile == "" && !k.Token.Empty() {
			t.Error("mode AK with the token of another")
		}
	}
	for profile, says := range map[string]string{
		"loop": "is its own source", "strange": `mode "CloudBox" of section [profile strange] is not supported`, "empty": "access key id is not set",
		"gone": "no section [profile gone]", "slow": "no number of seconds",
	} {
		w.refuse(Config{From: FromOSSUtil, Profile: profile}, says)
	}
	w.vars["OSSUTIL_PROFILE"] = "temporary"
	w.want(Config{From: FromOSSUtil}, "tmp", "")
	w.vars["OSSUTIL_CONFIG_FILE"] = w.write("elsewhere", "[profile temporary]\nno pair\n")
	w.refuse(Config{From: FromOSSUtil}, "line 2 is neither a section nor name = value")
	w.write("elsewhere", "[profile "+canarySecret)
	w.refuse(Config{From: FromOSSUtil}, "line 1 is no section")
}

func TestAliyun(t *testing.T) {
	w := newWorld(t)
	w.granting()
	w.opts.metadata, w.opts.Transport = metadataAddress, &http.Transport{DisableKeepAlives: true}
	w.opts.direct = recorder(func(r *http.Request) string {
		if r.URL.Host != metadataAddress {
			return w.handOut("by-uri")
		}
		return w.handOut("role-of-" + path.Base(r.URL.Path))
	})
	program, token := w.program("echo '"+w.handOut("by-program")+"'"), w.write("token", "jwt")
	profiles := func(current string) string {
		return fmt.Sprintf(`{"current":%q,"unknown":{},"profiles":[
{"name":"ak","mode":"AK","access_key_id":"plain","access_key_secret":%q,"sts_token":"left over","region_id":"cn-hangzhou","retry_timeout":0},
{"name":"sts","mode":"StsToken","access_key_id":"tmp","access_key_secret":"s","sts_token":%q,"sts_expiration":%d},
{"name":"old","mode":"StsToken","access_key_id":"tmp","access_key_secret":"s","sts_token":"t","sts_expiration":%d},
{"name":"role","mode":"RamRoleArn","access_key_id":"plain","access_key_secret":"s","ram_role_arn":"R","ram_session_name":"me","expired_seconds":900,"external_id":"x"},
{"name":"chain","mode":"ChainableRamRoleArn","source_profile":"role","ram_role_arn":"S"},
{"name":"machine","mode":"EcsRamRole","ram_role_name":"box"},
{"name":"oidc","mode":"OIDC","oidc_provider_arn":"P","oidc_token_file":%q,"ram_role_arn":"O"},
{"name":"no-provider","mode":"OIDC","oidc_token_file":"x","ram_role_arn":"O"},
{"name":"uri","mode":"CredentialsURI","credentials_uri":"http://localhost:1/keys"},
{"name":"program","mode":"External","process_command":%q},
{"name":"loop","mode":"ChainableRamRoleArn","source_profile":"loop","ram_role_arn":"S"},
{"name":"sso","mode":"CloudSSO","access_token":%q},
{"name":"empty","mode":"AK"}]}`, current, canarySecret, canaryToken, w.now.Unix()+60, w.now.Unix()-60, token, program+" x", canaryToken)
	}
	w.write(".aliyun/config.json", profiles("ak"))
	for profile, id := range map[string]string{
		"": "plain", "ak": "plain", "sts": "tmp", "role": "plain>R/me/900/x", "chain": "plain>R/me/900/x>S/osssync/3600/",
		"machine": "role-of-box", "oidc": "OIDC.O", "uri": "by-uri", "program": "by-program",
	} {
		if k := w.want(Config{From: FromAliyun, Profile: profile}, id, ""); profile == "" && !k.Token.Empty() {
			t.Error("mode AK with the token of another")
		}
	}
	for profile, says := range map[string]string{
		"old": "expired at 2026-05-01 11:59:00 UTC", "loop": "is its own source", "sso": `mode "CloudSSO" is not supported`,
		"empty": "access key id is not set", "gone": `no profile is called "gone"`, "no-provider": "no identity provider",
	} {
		w.refuse(Config{From: FromAliyun, Profile: profile}, says)
	}
	w.vars["ALIBABA_CLOUD_PROFILE"] = "sts"
	w.want(Config{From: FromAliyun}, "tmp", `profile "sts" of`)
	w.vars["ALIBABA_CLOUD_CONFIG_FILE"] = w.write("elsewhere", `{"profiles":"`+canarySecret)
	w.refuse(Config{From: FromAliyun}, "no file of profiles in JSON")
}

// X4, X9: files of keys are their owner's alone, and no error quotes them.
func TestX4_X9_FilesOfKeys(t *testing.T) {
	w := newWorld(t)
	w.refuse(Config{From: FromOSSUtil}, ".ossutilconfig")
	path := w.write(".ossutilconfig", "[default]\naccessKeyID=i\naccessKeySecret="+canarySecret)
	if runtime.GOOS != "windows" {
		for _, mode := range []os.FileMode{0o640, 0o604, 0o620} {
			if err := os.Chmod(path, mode); err != nil {
				t.Fatal(err)
			}
			var exposed *exposedError
			if err := w.refuse(Config{From: FromOSSUtil}, "can be read or changed by others"); !errors.As(err, &exposed) || !strings.Contains(exposed.Hint(), "chmod 600") {
				t.Errorf("mode %v: %v", mode, err)
			}
		}
		if err := os.Chmod(path, 0o400); err != nil {
			t.Fatal(err)
		}
		w.want(Config{From: FromOSSUtil}, "i", path)
		if os.Chown(path, 12345, -1) == nil { // only root can give things away
			w.refuse(Config{From: FromOSSUtil}, "belongs to another user")
		}
	}
	w.vars["OSSUTIL_CONFIG_FILE"] = w.vars["HOME"]
	if err := os.Chmod(w.vars["HOME"], 0o700); err != nil {
		t.Fatal(err)
	}
	w.refuse(Config{From: FromOSSUtil}, "not a regular file")
	w.vars["OSSUTIL_CONFIG_FILE"] = w.write("large", strings.Repeat("#", configLimit+1))
	w.refuse(Config{From: FromOSSUtil}, "more than 1048576 bytes")
}

func FuzzParseINI(f *testing.F) {
	for _, seed := range []string{"", "[a]\nb=c", "[a\n", "a=b", "[a]\nb", "[ Profile  X ]\nA-b_C = \"d\"\n;x\n#y", "\ufeff[a]\r\nb = c\r\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		sections, err := parseINI(text)
		if err != nil && (!errors.Is(err, ErrNone) || len(err.Error()) > 100) {
			t.Errorf("%v", err)
		}
		for name, s := range sections {
			if name != strings.ToLower(name) || s == nil {
				t.Errorf("section %q", name)
			}
			for key := range s {
				if key != plainName(key) {
					t.Errorf("name %q", key)
				}
			}
		}
	})
}

func FuzzParseAnswer(f *testing.F) {
	for _, seed := range []string{"", "{}", `{"Credentials":{"AccessKeyId":"i","AccessKeySecret":"s"}}`, `{"access_key_id":"i","sts_token":5,"Expiration":"x"}`, "[]", "null"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		a, err := parseAnswer(text)
		if err != nil {
			return
		}
		if keys, err := a.keys(); err == nil && (keys.ID == "" || keys.Secret.Empty()) {
			t.Errorf("keys without a part of %q", text)
		}
	})
}
