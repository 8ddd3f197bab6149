#include "ui/pages/pay_entry.h"

#include "ui/bridge/bridge.h"
#include "ui/style/theme.h"
#include "ui/widgets/button.h"
#include "ui/widgets/fields.h"
#include "ui/widgets/layouts.h"
#include "ui/widgets/notes.h"

#include <QClipboard>
#include <QFileDialog>
#include <QGuiApplication>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QPointer>
#include <QResizeEvent>
#include <QScrollBar>
#include <QThreadPool>
#include <QUrl>
#include <QVBoxLayout>

namespace runnel::ui {

namespace {

/// Longer texts are nothing that can be paid; they are not even looked at.
constexpr int longest_text = 20'000;

/// A field that takes pictures and files too when they are pasted with the keyboard.
class PasteEdit : public QPlainTextEdit {
public:
    explicit PasteEdit(PayEntry& entry) : m_entry(entry) {}

protected:
    void resizeEvent(QResizeEvent* event) override {
        QPlainTextEdit::resizeEvent(event);
        // All of what it says while it is empty can be read, however large the text is.
        const int margin = static_cast<int>(document()->documentMargin());
        // Whether it scrolls now or not: the bar must not come and go with the height.
        const int bar = verticalScrollBar()->isVisible() ? verticalScrollBar()->width() : 0;
        const QRect room(0, 0, qMax(1, viewport()->width() + bar - 2 * margin), 10'000);
        const int words =
            fontMetrics().boundingRect(room, Qt::TextWordWrap, placeholderText()).height();
        setFixedHeight(
            qMax(Theme::current().px(92), words + 2 * margin + height() - viewport()->height()));
    }
    bool canInsertFromMimeData(const QMimeData* source) const override {
        return PayEntry::isOfUse(*source);
    }
    void insertFromMimeData(const QMimeData* source) override {
        if (source->hasText() && !source->hasUrls())
            return QPlainTextEdit::insertFromMimeData(source);
        m_entry.take(*source);
    }

private:
    PayEntry& m_entry;
};

QString localFile(const QMimeData& data) {
    const auto urls = data.urls();
    return urls.size() == 1 && urls.front().isLocalFile() ? urls.front().toLocalFile() : QString();
}

Wording wordingOf(PictureFault fault) {
    switch (fault) {
        case PictureFault::unreadable:
            return {PayEntry::tr("This is no picture that can be read."),
                    {},
                    PayEntry::tr("Try a PNG or JPEG picture.")};
        case PictureFault::too_large:
            return {PayEntry::tr("This picture is too large."),
                    PayEntry::tr("Pictures of up to 32 MB and 50 million pixels are read."),
                    PayEntry::tr("Cut out the code, or make the picture smaller.")};
        case PictureFault::no_code: break;
    }
    return {PayEntry::tr("There is no QR code in this picture."),
            {},
            PayEntry::tr("Make sure that the whole code is in the picture and sharp.")};
}

}  // namespace

PayEntry::PayEntry(QWidget* parent) : QWidget(parent) {
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(space::normal);
    m_text = new PasteEdit(*this);
    m_text->setObjectName(QStringLiteral("payText"));
    m_text->setAccessibleName(tr("Invoice, address or payment link"));
    m_text->setPlaceholderText(
        tr("Paste a Lightning invoice, a bitcoin address or a payment link, or drop a picture of a "
           "QR code here."));
    m_text->setTabChangesFocus(true);
    m_text->setLineWrapMode(QPlainTextEdit::WidgetWidth);
    m_text->setWordWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    // Drops are the page's, wherever they fall.
    m_text->setAcceptDrops(false);
    layout->addWidget(labelled(tr("&Invoice or address"), m_text));
    auto* const buttons = new QWidget;
    auto* const flow = new FlowLayout(space::small, buttons);
    auto* const paste =
        new Button(ButtonKind::secondary, tr("Paste from the clip&board"), "payPaste");
    paste->setGlyph(QStringLiteral("paste"));
    auto* const picture = new Button(ButtonKind::secondary, tr("Open a &QR picture"), "payPicture");
    picture->setGlyph(QStringLiteral("qr"));
    flow->addWidget(paste);
    flow->addWidget(picture);
    layout->addWidget(buttons);
    m_problem = new Banner("payProblem");
    layout->addWidget(m_problem);
    m_soon.setSingleShot(true);
    m_soon.setInterval(120);
    connect(&m_soon, &QTimer::timeout, this, &PayEntry::changed);
    connect(m_text, &QPlainTextEdit::textChanged, this, [this] {
        ++m_reading;
        m_soon.start();
    });
    connect(paste, &Button::clicked, this, [this] {
        const auto* const held = QGuiApplication::clipboard()->mimeData();
        if (held == nullptr || !isOfUse(*held)) {
            m_problem->showNote("warn", QStringLiteral("info"), tr("The clipboard is empty."),
                                tr("Copy an invoice or an address first, then paste it here."));
            return;
        }
        take(*held);
    });
    connect(picture, &Button::clicked, this, &PayEntry::openPicture);
}

QString PayEntry::text() const {
    const auto written = m_text->toPlainText().trimmed().left(longest_text);
    // A link's words may hold spaces that its maker has forgotten to encode.
    const bool link = written.startsWith(QStringLiteral("bitcoin:"), Qt::CaseInsensitive);
    QString out;
    for (const QChar c : written) {
        if (c.isSpace() && (!link || c != u' ')) continue;
        out += c;
    }
    return out;
}

void PayEntry::setText(const QString& text) {
    m_text->setPlainText(text.trimmed().left(longest_text));
    m_soon.stop();
    emit changed();
}

void PayEntry::clear() {
    m_text->clear();
    m_soon.stop();
}

void PayEntry::focus() { m_text->setFocus(); }

bool PayEntry::isOfUse(const QMimeData& held) {
    return held.hasImage() || !localFile(held).isEmpty() || !held.text().trimmed().isEmpty();
}

void PayEntry::take(const QMimeData& held) {
    // A file that was copied comes with its name as a text, a picture of a page perhaps with one
    // too.
    if (const auto path = localFile(held); !path.isEmpty()) return readFile(path);
    if (const auto text = held.text().trimmed(); !text.isEmpty()) return setText(text);
    // What another program holds comes as the bytes of a file: to be bounded, and decoded
    // elsewhere.
    for (const auto& format : pictureFormats()) {
        const auto name = QStringLiteral("image/") + QString::fromLatin1(format);
        if (held.hasFormat(name))
            return read([bytes = held.data(name)] { return readPictureBytes(bytes); });
    }
    if (held.hasImage()) readPicture(qvariant_cast<QImage>(held.imageData()));
}

void PayEntry::openPicture() {
    auto* const dialog = new QFileDialog(this, tr("Open a picture with a QR code"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    QStringList endings;
    for (const auto& format : pictureFormats())
        endings << QStringLiteral("*.") + QString::fromLatin1(format);
    dialog->setNameFilter(tr("Pictures (%1)").arg(endings.join(u' ')));
    connect(dialog, &QFileDialog::fileSelected, this, &PayEntry::readFile);
    dialog->open();
}

void PayEntry::readPicture(const QImage& picture) {
    read([picture] { return ui::readPicture(picture); });
}

void PayEntry::readFile(const QString& path) {
    read([path] { return readPictureFile(path); });
}

void PayEntry::read(std::function<PictureReading()> reading) {
    // Nobody should take what was there before for what the picture says.
    clear();
    emit changed();
    m_problem->showNote("info", QStringLiteral("busy"), tr("Reading the picture …"));
    QThreadPool::globalInstance()->start(
        [reading = std::move(reading), self = QPointer<QObject>(this), this, number = ++m_reading] {
            const auto found = reading();
            hopTo(self, [this, found, number] {
                if (number != m_reading) return;
                if (const auto* const text = std::get_if<QString>(&found)) setText(*text);
                else m_problem->showProblem(wordingOf(std::get<PictureFault>(found)));
            });
        });
}

}  // namespace runnel::ui
