package plan

import (
	"path"
	"slices"
	"strings"
	"unicode"

	"github.com/osssync/osssync/spec"
)

// deny returns why a path that at least one side has, or a folder, is passed over
// for its name.
func (p *Policy) deny(s *State) Reason {
	nothing := s.LocalIs != Present && s.Local.Problem == "" && s.RemoteIs != Present
	if !s.isPassed() && (nothing || s.Refused != "" || p.allows(s.Path)) {
		return ""
	}
	return denied(p.Direction, s.Path)
}

// pass returns the verdict for paths that are passed over for their names. What lies
// in a folder that has a row for it all has none of its own.
func (p *Policy) pass(s *State) (Verdict, bool) {
	if s.Within != "" && !s.isPassed() && s.Refused == "" {
		return Verdict{Class: ClassBlocked, Denied: true}, true
	}
	why := p.deny(s)
	if why == "" {
		return Verdict{}, false
	}
	holds := p.holds(s)
	if holds {
		why = ReasonSecretNew
	}
	return Verdict{Class: ClassBlocked, Action: &Skip{Path: s.Path, Reason: why}, Denied: true, New: holds, Unmoved: p.isHidden(s)}, true
}

// isHidden reports whether a push does not know what it passes over at s for its
// name, so that all deletes wait until it does.
func (p *Policy) isHidden(s *State) bool {
	return p.Direction == spec.Push && s.Local.Problem != "" && !s.isPassed() && p.unmoved(s) &&
		!isVersionControl(s.Path) && !inVersionControl(s.Path)
}

func (p *Policy) allows(path string) bool { return p.Allows != nil && p.Allows(path) }

// denied returns why a path is passed over unless the spec allows it, or the zero
// Reason: on a pull for names that programs execute or take settings from, since
// who can put an object into the bucket must not thereby run programs here; on a
// push for names that secrets have. What lies in a directory of such a name is
// denied with it.
func denied(direction spec.Direction, p string) Reason {
	list, reason := &secrets, ReasonSecretName
	if direction == spec.Pull {
		list, reason = &executed, ReasonExecutedName
	}
	above := ""
	for segment := range strings.SplitSeq(strings.TrimSuffix(p, "/"), "/") {
		name := folded(segment)
		if list.has(above, name) {
			return reason
		}
		above = name
	}
	return ""
}

// deniedNames is one list of names, in the form that folded gives them.
type deniedNames struct {
	names      map[string]bool // of one component, or of two with a slash between them
	prefixes   []string
	extensions map[string]bool // with their dot
	harmless   map[string]bool // names that one of the others would deny
}

func (d *deniedNames) has(above, name string) bool {
	hit := d.names[name] || above != "" && d.names[above+"/"+name] ||
		len(d.extensions) > 0 && d.extensions[path.Ext(name)] ||
		slices.ContainsFunc(d.prefixes, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
	return hit && !d.harmless[name]
}

func words(text string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(text) {
		set[word] = true
	}
	return set
}

var executed = deniedNames{
	names: words(`
		.git git~1 .gitmodules .gitconfig .config/git .githooks .husky .hg .svn .bzr .pre-commit-config.yaml
		.github/workflows .github/actions .gitlab-ci.yml .circleci .travis.yml .drone.yml .woodpecker .woodpecker.yml
		azure-pipelines.yml bitbucket-pipelines.yml jenkinsfile osssync.yaml
		.hgrc .bazelrc .mise.toml mise.toml .mise.local.toml .asdfrc .lefthook.yml
		.ssh .k5login .k5users authorized_keys authorized_keys2 .rhosts .shosts .gnupg .netrc _netrc .curlrc .wgetrc
		.bashrc .bash_profile .bash_login .bash_logout .bash_aliases .profile .zshrc .zshenv .zprofile .zlogin .zlogout .zshrc.local .bashrc.local .bashrc.d .zshrc.d .oh-my-zsh
		.local/bin .config/environment.d .tmux.conf .config/tmux .screenrc .psqlrc .sqliterc .my.cnf .lesskey .lessfilter .xbindkeysrc
		.kshrc .mkshrc .cshrc .tcshrc .login .logout .config/fish .inputrc .envrc
		.xinitrc .xprofile .xsession .xsessionrc .pam_environment .config/autostart .config/systemd library/launchagents
		.vimrc .gvimrc .exrc .nvimrc .config/nvim .emacs .emacs.d .dir-locals.el .gdbinit .lldbinit
		.vscode/tasks.json .vscode/settings.json .vscode/launch.json .idea .devcontainer .devcontainer.json
		.npmrc .yarnrc .yarnrc.yml .pnpmfile.cjs .pypirc .condarc .gemrc .irbrc .pryrc .rprofile
		.cargo/config .cargo/config.toml .aws .aliyun .kube .docker
		.forward .procmailrc .mailcap .htaccess .user.ini autorun.inf desktop.ini`),
}

var secrets = deniedNames{
	names: words(`
		.env .envrc .git .git-credentials .hg .svn .ssh .gnupg .password-store
		.aliyun .ossutilconfig accesskey.csv .aws rootkey.csv .s3cfg .boto .azure .config/gcloud .oci .kube
		.docker/config.json .dockercfg .rclone.conf rclone.conf .vault-token .terraform.d terraform.tfstate.backup
		.netrc _netrc .npmrc .pypirc .cargo/credentials .cargo/credentials.toml
		.pgpass .my.cnf .mylogin.cnf .htpasswd
		.bash_history .zsh_history .mysql_history .psql_history .python_history .node_repl_history
		id_rsa id_dsa id_ecdsa id_ecdsa_sk id_ed25519 id_ed25519_sk`),
	prefixes:   []string{".env."},
	extensions: words(`.pem .ppk .p12 .pfx .jks .keystore .keytab .kdb .kdbx .ovpn .agekey .tfstate`),
	harmless:   words(`.env.example .env.sample .env.template .env.dist`),
}

// folded returns what a file system that is blind to such differences may take a
// name for: without case, without what NTFS drops at its end (dots, spaces, the
// name of a stream after a colon) and without the characters HFS+ passes over.
func folded(name string) string {
	if isFolded(name) {
		return name
	}
	name, _, _ = strings.Cut(name, ":")
	name = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return unicode.ToLower(unicode.ToUpper(r)) // both ways: "ſ" is a lower-case letter and folds to "s"
	}, name)
	return strings.TrimRight(name, ". ")
}

// isFolded reports the common case, in which nothing is to be done.
func isFolded(name string) bool {
	for i := range len(name) {
		if c := name[i]; c >= 0x80 || c == ':' || 'A' <= c && c <= 'Z' {
			return false
		}
	}
	return !strings.HasSuffix(name, ".") && !strings.HasSuffix(name, " ")
}
