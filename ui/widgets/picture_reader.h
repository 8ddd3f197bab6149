// Reading a QR code out of a picture that somebody else may have made: a file or what the clipboard
// holds. Bounded before anything is decoded (a small file can claim to be a picture of a terabyte),
// and only the plain picture formats. May take a while: call it on a worker's thread.
#pragma once

#include <QByteArrayList>
#include <QImage>
#include <QString>

#include <variant>

namespace runnel::ui {

enum class PictureFault {
    unreadable,  ///< No picture, or of a format that is not taken.
    too_large,   ///< More bytes or pixels than are looked at.
    no_code,     ///< A picture without a code in it.
};

/// More is no picture of a code but an attack or a mistake.
inline constexpr qint64 most_picture_bytes = 32 * 1024 * 1024;
inline constexpr qint64 most_picture_pixels = 50'000'000;

/// The formats that are taken and that this installation can read (webp is a plugin of its own), as
/// files end: "png".
QByteArrayList pictureFormats();
/// The text of the code, or why there is none.
using PictureReading = std::variant<QString, PictureFault>;
PictureReading readPictureFile(const QString& path);
PictureReading readPictureBytes(const QByteArray& bytes);
PictureReading readPicture(const QImage& picture);

}  // namespace runnel::ui
