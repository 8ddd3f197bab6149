#include "ui/widgets/picture_reader.h"

#include "ui/widgets/qr.h"

#include <QBuffer>
#include <QFile>
#include <QFileInfo>
#include <QImageReader>
#include <QPainter>

namespace runnel::ui {

namespace {

/// What a code is looked for in first: a photo has more pixels than its code needs, and each costs
/// time.
constexpr int comfortable_side = 1'600;

/// Plain pictures only: a drawing (svg) is a program of somebody else's.
const QByteArrayList& plainFormats() {
    static const QByteArrayList all{"png", "jpg", "jpeg", "gif", "bmp", "webp"};
    return all;
}

bool isTooLarge(const QSize& size) {
    return qint64{size.width()} * size.height() > most_picture_pixels;
}

/// Codes are dark on light; what is transparent counts as paper.
QImage onPaper(const QImage& picture) {
    if (!picture.hasAlphaChannel()) return picture;
    QImage out(picture.size(), QImage::Format_RGB32);
    out.fill(Qt::white);
    QPainter(&out).drawImage(0, 0, picture);
    return out;
}

PictureReading readPictureFrom(QIODevice& device) {
    QImageReader reader(&device);
    reader.setDecideFormatFromContent(true);
    reader.setAutoTransform(true);
    if (!plainFormats().contains(reader.format())) return PictureFault::unreadable;
    // Before it is decoded. A format that does not say is bounded by the reader's own limit.
    if (isTooLarge(reader.size())) return PictureFault::too_large;
    return readPicture(reader.read());
}

}  // namespace

QByteArrayList pictureFormats() {
    QByteArrayList out;
    const auto readable = QImageReader::supportedImageFormats();
    for (const auto& format : plainFormats()) {
        if (readable.contains(format)) out << format;
    }
    return out;
}

PictureReading readPicture(const QImage& picture) {
    if (picture.isNull()) return PictureFault::unreadable;
    if (isTooLarge(picture.size())) return PictureFault::too_large;
    const auto paper = onPaper(picture);
    if (qMax(paper.width(), paper.height()) > comfortable_side) {
        const auto smaller = paper.scaled(comfortable_side, comfortable_side, Qt::KeepAspectRatio,
                                          Qt::SmoothTransformation);
        if (const auto text = readQr(smaller)) return *text;
    }
    if (const auto text = readQr(paper)) return *text;
    return PictureFault::no_code;
}

PictureReading readPictureFile(const QString& path) {
    // A folder, a pipe or a device is no picture, and could be read for ever.
    const QFileInfo info(path);
    if (!info.isFile()) return PictureFault::unreadable;
    if (info.size() > most_picture_bytes) return PictureFault::too_large;
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) return PictureFault::unreadable;
    return readPictureFrom(file);
}

PictureReading readPictureBytes(const QByteArray& bytes) {
    if (bytes.size() > most_picture_bytes) return PictureFault::too_large;
    QBuffer buffer;
    buffer.setData(bytes);
    buffer.open(QIODevice::ReadOnly);
    return readPictureFrom(buffer);
}

}  // namespace runnel::ui
