package credential_test

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/osssync/osssync/internal/credential"
)

func Example() {
	keys := struct {
		ID     string
		Secret credential.Secret
	}{"LTAI4example", credential.New("not to be seen")}

	fmt.Printf("%+v\n", keys)
	text, _ := json.Marshal(keys)
	fmt.Println(string(text))
	fmt.Println(len(keys.Secret.Reveal()))
	// Output:
	// {ID:LTAI4example Secret:[secret]}
	// {"ID":"LTAI4example","Secret":"[secret]"}
	// 14
}

func ExampleOpen() {
	environment := map[string]string{"OSS_ACCESS_KEY_ID": "LTAI4example", "OSS_ACCESS_KEY_SECRET": "not-to-be-seen"}
	provider, err := credential.Open(credential.Config{From: credential.FromEnv}, credential.Options{
		Getenv: func(name string) string { return environment[name] },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	keys, err := provider.Keys(context.Background())
	fmt.Println(keys.MaskedID(), keys.Secret, err)
	fmt.Println("from", provider.Origin())
	// Output:
	// LTAI***le [secret] <nil>
	// from the environment (OSS_ACCESS_KEY_ID, OSS_ACCESS_KEY_SECRET)
}
