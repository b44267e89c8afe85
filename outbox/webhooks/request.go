package webhooks

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"escalated/model"
	"escalated/safe"
)

// answerKept is how many characters of an answer are kept.
const answerKept = 2000

// result is what came of one request.
type result struct {
	code   int
	answer string
	took   time.Duration
	silent bool          // nobody answered
	never  bool          // trying again would change nothing
	wait   time.Duration // the other side wants to be left alone for so long
}

// send makes one request.
func (s *Sender) send(ctx context.Context, set model.Settings, d model.Delivery) (r result) {
	began := time.Now()
	defer func() { r.took = time.Since(began) }()
	u, err := url.Parse(d.URL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" {
		return result{answer: "the address is not one", never: true}
	}
	port := 80
	if u.Scheme == "https" {
		port = 443
	}
	if p := u.Port(); p != "" {
		if port, err = strconv.Atoi(p); err != nil {
			return result{answer: "the address is not one", never: true}
		}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.URL, bytes.NewReader(d.Body))
	if err != nil {
		return result{answer: "the address is not one", never: true}
	}
	s.dress(req, set.WebhookSecret, d)
	resp, err := s.client(set, port).Do(req)
	if err != nil {
		return failure(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 4*answerKept))
	r = result{code: resp.StatusCode, answer: clean(body)}
	if err != nil && !success(r.code) {
		r.answer += " (the answer broke off)"
	}
	if err == nil {
		// Read to the end, so that the connection can be used again.
		_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 32<<10)) // what fails here fails nobody
	}
	if r.code == http.StatusTooManyRequests || r.code == http.StatusServiceUnavailable {
		r.wait = retryAfter(resp.Header.Get("Retry-After"), s.DB.Now())
	}
	r.never = r.code == http.StatusGone
	return r
}

// failure says what went wrong without the address, which may be secret.
func failure(err error) result {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	switch {
	case errors.Is(err, safe.ErrRefused):
		return result{answer: "the address is not allowed: it leads to a private network", never: true}
	case errors.Is(err, context.DeadlineExceeded) || isTimeout(err):
		return result{answer: "no answer within " + timeout.String(), silent: true}
	}
	return result{answer: model.Excerpt(err.Error(), 300), silent: true}
}

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}

// dress puts on the headers. webhook-id, -timestamp and -signature are those
// of Standard Webhooks; X-Escalated-Signature is that of the body alone.
func (s *Sender) dress(req *http.Request, secret string, d model.Delivery) {
	id, at := Number(d.ID), strconv.FormatInt(s.DB.Now().Std().Unix(), 10)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Escalated")
	req.Header.Set("webhook-id", id)
	req.Header.Set("webhook-timestamp", at)
	req.Header.Set("X-Escalated-Event", d.Name)
	req.Header.Set("X-Escalated-Attempt", strconv.Itoa(d.Attempts))
	if secret == "" {
		return
	}
	req.Header.Set("webhook-signature", Sign(secret, id, at, d.Body))
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(d.Body)
	req.Header.Set("X-Escalated-Signature", hex.EncodeToString(mac.Sum(nil)))
}

// Number is what a delivery is called outside, the same in each try.
func Number(id model.DeliveryID) string { return "delivery_" + strconv.FormatInt(int64(id), 10) }

// Sign is the signature of Standard Webhooks: over number, time and body. A
// secret that begins with whsec_ is Base64, any other is taken as it stands.
func Sign(secret, id, at string, body []byte) string {
	key := []byte(secret)
	if enc, ok := strings.CutPrefix(secret, "whsec_"); ok {
		if b, err := base64.StdEncoding.DecodeString(enc); err == nil {
			key = b
		}
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + at + "."))
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func success(code int) bool { return code >= 200 && code < 300 }

// judge says what becomes of a delivery after a try.
func (s *Sender) judge(d model.Delivery, r result) model.Delivery {
	d.Code, d.Answer, d.MS = r.code, r.answer, r.took.Milliseconds()
	now := s.DB.Now()
	switch {
	case success(r.code):
		d.State = model.DeliverySent
	case r.never, d.Attempts >= model.DeliveryTries && now.Sub(d.CreatedAt) >= model.DeliveryLapse:
		d.State = model.DeliveryFailed
	default:
		d.State, d.NextAt = model.DeliveryQueued, max(d.NextAt, now.Add(r.wait))
	}
	return d
}

// retryAfter reads Retry-After, in seconds or as a date; a day at most.
func retryAfter(v string, now model.Time) time.Duration {
	v = strings.TrimSpace(v)
	if n, err := strconv.Atoi(v); err == nil {
		return min(max(time.Duration(min(n, 1<<20))*time.Second, 0), longest)
	}
	if at, err := http.ParseTime(v); err == nil {
		return min(max(model.TimeOf(at).Sub(now), 0), longest)
	}
	return 0
}

// clean is the beginning of an answer as text.
func clean(body []byte) string {
	return model.Excerpt(strings.ToValidUTF8(string(body), "�"), answerKept)
}
