package desk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	_ "image/gif"  // a logo may be one
	_ "image/jpeg" // a logo may be one
	"image/png"
	"io"

	"escalated/model"
	"escalated/store"
)

// SaveLogo keeps an image as the desk's logo on light or dark grounds. It is
// read and written anew as PNG, in the size mails show it: nothing of the file
// but its pixels gets into a mail.
func (d *Desk) SaveLogo(ctx context.Context, by model.Actor, theme model.LogoTheme, r io.Reader) error {
	if !by.Can(model.PermSettings) {
		return model.ErrDenied
	}
	field := "logo_" + string(theme)
	if theme != model.LogoLight && theme != model.LogoDark {
		return model.ErrNotFound
	}
	raw, err := io.ReadAll(io.LimitReader(r, model.LogoBytes+1))
	if err != nil {
		return fmt.Errorf("read logo: %w", err)
	}
	if len(raw) > model.LogoBytes {
		return model.Refuse(field, "logo_too_big", "Max", int64(model.LogoBytes))
	}
	size, _, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil {
		return model.Refuse(field, "logo_type")
	}
	if size.Width < 1 || size.Height < 1 || size.Width > model.LogoSide || size.Height > model.LogoSide || size.Width*size.Height > 16<<20 {
		return model.Refuse(field, "logo_size", "Max", model.LogoSide)
	}
	img, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		return model.Refuse(field, "logo_type")
	}
	var small bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&small, shrunk(img, model.LogoWidth, model.LogoHeight)); err != nil {
		return fmt.Errorf("write logo: %w", err)
	}
	if small.Len() > model.LogoStored {
		return model.Refuse(field, "logo_too_rich", "Max", int64(model.LogoStored))
	}
	stored, err := d.files.Put(ctx, &small, model.LogoBytes)
	if err != nil {
		return fmt.Errorf("store logo: %w", err)
	}
	defer d.mails.forget()
	return d.db.Write(ctx, func(tx *store.Tx) error {
		file, err := tx.SaveBlob(tx.Ctx, stored.SHA256, stored.Size, "image/png")
		if err != nil {
			return err
		}
		if err := tx.SaveLogo(tx.Ctx, theme, file); err != nil {
			return err
		}
		_, err = tx.RecordAbout(tx.Ctx, by, "setting", 0, model.LogoChanged{Theme: theme})
		return err
	})
}

// RemoveLogo takes a logo out of use.
func (d *Desk) RemoveLogo(ctx context.Context, by model.Actor, theme model.LogoTheme) error {
	if !by.Can(model.PermSettings) {
		return model.ErrDenied
	}
	defer d.mails.forget()
	return d.db.Write(ctx, func(tx *store.Tx) error {
		there, err := tx.DropLogo(tx.Ctx, theme)
		if err != nil || !there {
			return err
		}
		_, err = tx.RecordAbout(tx.Ctx, by, "setting", 0, model.LogoChanged{Theme: theme, Removed: true})
		return err
	})
}

// OpenLogo gives the bytes of the logo in use for a theme, a PNG.
func (d *Desk) OpenLogo(ctx context.Context, by model.Actor, theme model.LogoTheme) ([]byte, error) {
	if !by.Can(model.PermSettings) {
		return nil, model.ErrDenied
	}
	l, err := d.mailLook(ctx)
	if err != nil {
		return nil, err
	}
	logo, ok := l.Logos[theme]
	if !ok {
		return nil, model.ErrNotFound
	}
	sum, err := d.db.Read().LogoFile(ctx, logo.File)
	if err != nil {
		return nil, err
	}
	f, err := d.files.Open(ctx, sum)
	if err != nil {
		return nil, errors.Join(model.ErrNotFound, err)
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, model.LogoBytes))
}

// shrunk fits an image into a box: each pixel is the mean of those it stands
// for, weighed by how much of them is seen. A smaller image stays as it is.
func shrunk(img image.Image, width, height int) *image.NRGBA {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if w > width {
		w, h = width, max(h*width/w, 1)
	}
	if h > height {
		w, h = max(b.Dx()*height/b.Dy(), 1), height
	}
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		y0, y1 := b.Min.Y+y*b.Dy()/h, b.Min.Y+max((y+1)*b.Dy()/h, y*b.Dy()/h+1)
		for x := range w {
			x0, x1 := b.Min.X+x*b.Dx()/w, b.Min.X+max((x+1)*b.Dx()/w, x*b.Dx()/w+1)
			out.Set(x, y, mean(img, image.Rect(x0, y0, x1, y1)))
		}
	}
	return out
}

func mean(img image.Image, r image.Rectangle) color.Color {
	var red, green, blue, alpha, n uint64
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			cr, cg, cb, ca := img.At(x, y).RGBA() // already weighed by alpha
			red, green, blue, alpha, n = red+uint64(cr), green+uint64(cg), blue+uint64(cb), alpha+uint64(ca), n+1
		}
	}
	return color.RGBA64{R: uint16(red / n), G: uint16(green / n), B: uint16(blue / n), A: uint16(alpha / n)}
}
