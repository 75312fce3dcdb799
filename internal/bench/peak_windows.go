package bench

import "os"

// peak is 0: the system does not tell it of a process that ended.
func peak(*os.ProcessState) int64 { return 0 }
