// Package credential holds what must not be shown.
//
// A [Secret] goes through structs, logs, errors and encoders like any value, and
// none of them can write it: it prints as "[secret]", whatever the verb, and holds
// its text where reflection does not find it. The text comes out by Reveal alone,
// which is called right where a request is signed or a signature checked:
//
//	secret := credential.New(getenv("OSS_ACCESS_KEY_SECRET"))
//	slog.Info("keys found", "secret", secret) // secret=[secret]
//	sign(secret.Reveal())
package credential
