#include "ui/widgets/qr.h"

#include "ui/style/theme.h"

#include <QPainter>

// Texts as UTF-8, as from the next release on.
#define ZX_USE_UTF8 1
#include <ZXing/ReadBarcode.h>
#include <qrencode.h>

#include <cmath>
#include <memory>

namespace runnel::ui {

namespace {

constexpr int quiet = 4;  // modules around the code

QImage encode(const QString& text) {
    const auto bytes = text.toUtf8();
    if (bytes.isEmpty()) return {};
    const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
        QRcode_encodeString8bit(bytes.constData(), 0, QR_ECLEVEL_L), &QRcode_free);
    // Upper case only fits the denser alphanumeric mode.
    const std::unique_ptr<QRcode, decltype(&QRcode_free)> dense(
        QRcode_encodeString(bytes.constData(), 0, QR_ECLEVEL_L, QR_MODE_8, 1), &QRcode_free);
    const QRcode* const best = dense ? dense.get() : code.get();
    if (best == nullptr) return {};
    QImage out(best->width, best->width, QImage::Format_Grayscale8);
    for (int y = 0; y < best->width; ++y) {
        for (int x = 0; x < best->width; ++x) {
            out.setPixel(
                x, y,
                (best->data[y * best->width + x] & 1) != 0 ? qRgb(0, 0, 0) : qRgb(255, 255, 255));
        }
    }
    return out;
}

}  // namespace

QrView::QrView(const char* object_name, QWidget* parent) : QWidget(parent) {
    setObjectName(QString::fromLatin1(object_name));
    setAccessibleName(tr("QR code"));
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    setMinimumSize(160, 160);
}

int QrView::most() const { return 320; }

QSize QrView::sizeHint() const { return {most(), most()}; }

void QrView::setText(const QString& text) {
    if (text == m_text) return;
    m_text = text;
    m_modules = encode(text);
    update();
}

void QrView::paintEvent(QPaintEvent*) {
    if (m_modules.isNull()) return;
    QPainter painter(this);
    const int modules = m_modules.width() + 2 * quiet;
    const qreal ratio = devicePixelRatioF();
    const qreal side = qMin(width(), height());
    // Whole device pixels a module: a blurred code is a slow one.
    const qreal module = qMax<qreal>(1.0, std::floor(side * ratio / modules)) / ratio;
    const qreal total = module * modules;
    const QRectF ground((width() - total) / 2, (height() - total) / 2, total, total);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(Theme::current().colors().line, 1));
    painter.setBrush(Qt::white);
    painter.drawRoundedRect(ground, controlRadius, controlRadius);
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setPen(Qt::NoPen);
    painter.setBrush(Qt::black);
    for (int y = 0; y < m_modules.height(); ++y) {
        for (int x = 0; x < m_modules.width(); ++x) {
            if (qGray(m_modules.pixel(x, y)) > 127) continue;
            painter.fillRect(QRectF(ground.left() + (x + quiet) * module,
                                    ground.top() + (y + quiet) * module, module, module),
                             Qt::black);
        }
    }
}

std::optional<QString> readQr(const QImage& picture) {
    if (picture.isNull()) return std::nullopt;
    const QImage grey = picture.convertToFormat(QImage::Format_Grayscale8);
    const ZXing::ImageView view(grey.constBits(), grey.width(), grey.height(),
                                ZXing::ImageFormat::Lum, static_cast<int>(grey.bytesPerLine()));
    ZXing::DecodeHints hints;
    hints.setFormats(ZXing::BarcodeFormat::QRCode);
    hints.setTryHarder(true);
    const auto found = ZXing::ReadBarcode(view, hints);
    if (!found.isValid()) return std::nullopt;
    return QString::fromStdString(found.text());
}

}  // namespace runnel::ui
