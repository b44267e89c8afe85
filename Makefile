# make run starts a desk with demo data; the rest is for working on it.
TEMPL  := go run github.com/a-h/templ/cmd/templ@v0.3.977
DATA   ?= demo-data
BENCH  ?= .
LINT   := .cache/bin/staticcheck
FUMPT  := .cache/bin/gofumpt

.PHONY: run seed generate format test e2e shots bench check lint tools ci clean

run: ## start with demo data; the accounts are printed
	go run . serve --demo

seed: ## begin the demo data anew, then start
	rm -rf -- "$(DATA)"
	go run . serve --demo --data "$(DATA)"

generate: ## templates and the copy of the schema
	$(TEMPL) generate -path .
	go generate ./...

format: tools ## lay the code out as CI wants it
	git ls-files -co --exclude-standard -- '*.go' ':!:*_templ.go' | xargs $(FUMPT) -w

test: ## everything; browser journeys skip without chromium
	go test ./...

e2e: ## browser journeys alone, chromium required
	ESCALATED_E2E=require go test -count=1 ./e2e/...

shots: ## browser journeys with screenshots in shots/
	SHOTS=1 ESCALATED_E2E=require go test -count=1 ./e2e/...

bench: ## benchmarks, e.g. make bench BENCH=Queue
	go test -run '^$$' -bench '$(BENCH)' -benchmem ./...

check: lint ## what CI checks besides the tests
	go vet ./...
	.ci/generated

lint: tools
	@unformatted=$$(git ls-files -co --exclude-standard -- '*.go' ':!:*_templ.go' | xargs $(FUMPT) -l); \
	  test -z "$$unformatted" || { echo "not formatted, run make format:"; echo "$$unformatted"; exit 1; }
	$(LINT) ./...

tools: $(LINT) $(FUMPT)

$(LINT) $(FUMPT): tools/go.mod tools/go.sum
	@mkdir -p .cache/bin
	go build -C tools -o ../.cache/bin/ tool
	@touch $(LINT) $(FUMPT)

ci: ## exactly what CI runs
	.ci/run

clean:
	rm -rf -- .cache shots escalated
