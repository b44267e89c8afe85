// Package store keeps the desk in one SQLite file. It is the only package
// with SQL. Reads go through a Reader, changes through a Tx: code outside a
// transaction cannot write, the compiler says so. Rules and permissions are
// not here; the one exception is the visibility rule in visible.go, because
// it is a WHERE clause.
package store

//go:generate cp ../schema.sql schema.sql
