// Package bench measures whole processes, osssync and the tools people use instead of
// it, against a server that costs next to nothing, and prints one table. It drives
// programs by their command lines and shares no code with them:
//
//	o := bench.Options{Dir: dir, Osssync: "bin/osssync", Rows: []string{"first-upload"}}
//	err := bench.Run(ctx, o, os.Stdout)
//
// Conditions are equal: the same server, the same trees, 64 connections where a tool
// lets one choose, a home folder of its own without settings of the user, the tools in
// turn within each round, and the median of the rounds. After every run the server, or
// the folder that was filled, is checked to hold what it should.
//
// A run is started by a process of this program that does nothing else, because a
// process inherits the peak memory of the one that starts it; see [Launch].
package bench
