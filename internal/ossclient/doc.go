// Package ossclient turns a store of a spec into the SDK's client, with a
// transport that a tool may be left alone with:
//
//	client, err := ossclient.Open(store, ossclient.Options{})
//	...
//	defer client.Close()
//	result, err := client.HeadObject(ctx, &oss.HeadObjectRequest{...})
//
// What it sees to:
//
//   - Keys come from the source that the store names ([ErrNoCredentials] if it has
//     none), are renewed before they expire, and go only to hosts that somebody
//     besides the spec vouches for ([ErrUntrustedEndpoint]): over TLS 1.2 or later,
//     or to this machine. Proxies are not used, unless the store says so: HTTPS_PROXY
//     and its like have no effect. Redirects are errors ([RedirectError]).
//   - One retry policy: up to [Options].MaxAttempts, with full jitter, for what
//     another attempt can cure, within a budget of the whole client, so that a
//     service that is down is not also stormed.
//   - Answers 429 and 503 make all requests of the client pause, not only the one
//     that was told so, for longer and longer while they go on.
//   - A request that moves no byte for two minutes is cancelled and retried.
//   - Bodies arrive as they are stored, never decompressed. Headers and refusals
//     are bounded in size.
//   - Signatures follow the store's clock once it has complained about ours.
package ossclient
