package credential_test

import (
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
