// Package tools pins the linters in a module of their own, so that the desk and
// the hosts that embed it do not inherit their dependencies. Build them with
//
//	go build -C tools -o ../.cache/bin/ tool
package tools
