// Package credential finds the keys that requests are signed with, and keeps them
// from being shown.
//
// A [Secret] goes through structs, logs, errors and encoders like any value, and
// none of them can write it: it prints as "[secret]", whatever the verb, and holds
// its text where reflection does not find it. The text comes out by Reveal alone,
// which is called right where a request is signed or a signature checked:
//
//	secret := credential.New(getenv("OSS_ACCESS_KEY_SECRET"))
//	slog.Info("keys found", "secret", secret) // secret=[secret]
//	sign(secret.Reveal())
//
// [Open] finds the source that a [Config] names, one file of this package each. The
// [Provider] that it returns gives [Keys] whenever a request is to be signed, and
// renews temporary ones before they expire:
//
//	provider, err := credential.Open(credential.Config{From: credential.FromDefault}, credential.Options{})
//	...
//	keys, err := provider.Keys(ctx)
//
// A Config may come from somebody who is not trusted with keys. So it names profiles
// and roles, which are no secrets, while everything that would read a file, run a
// program or send a token to an address of somebody's choice stands in the
// environment, or in the files of the user's own that other programs keep keys in.
//
// Errors of all of it hold no key and no token, and no text that a service or a
// program gave, which may repeat what it was sent: codes alone.
package credential
