package handlers

import (
	"testing"

	"escalated/model"
)

func TestOneReaderCannotTakeAllStreams(t *testing.T) {
	s := new(stream)
	ada, bob := model.Actor{Kind: model.KindCustomer, ID: 1}, model.Actor{Kind: model.KindCustomer, ID: 2}
	var ends []func()
	for range maxPages {
		end, ok := s.admit(ada)
		if !ok {
			t.Fatal("refused too early")
		}
		ends = append(ends, end)
	}
	if _, ok := s.admit(ada); ok {
		t.Fatal("one more was admitted")
	}
	if _, ok := s.admit(bob); !ok {
		t.Fatal("somebody else was refused")
	}
	ends[0]()
	if _, ok := s.admit(ada); !ok {
		t.Fatal("a page that closed makes no room")
	}
}
