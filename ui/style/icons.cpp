// Icons: strokes on a grid of 24, drawn in the colour of their role at the moment they are painted,
// so that a theme can change under them.
#include "ui/style/theme.h"

#include <QApplication>
#include <QFile>
#include <QHash>
#include <QIconEngine>
#include <QPainter>
#include <QSvgRenderer>

namespace runnel::ui {

namespace {

QByteArray source(const QString& name) {
    static QHash<QString, QByteArray> cache;
    if (const auto known = cache.constFind(name); known != cache.constEnd()) return *known;
    QFile file(QStringLiteral(":/icons/%1.svg").arg(name));
    if (!file.open(QIODevice::ReadOnly)) qWarning("no icon of the name %s", qUtf8Printable(name));
    return *cache.insert(name, file.readAll());
}

void draw(QPainter& painter, const QString& name, const QColor& color, const QRectF& rect) {
    auto svg = source(name);
    svg.replace("currentColor", color.name().toLatin1());
    QSvgRenderer renderer(svg);
    const qreal side = qMin(rect.width(), rect.height());
    QRectF square(0, 0, side, side);
    square.moveCenter(rect.center());
    renderer.render(&painter, square);
}

class Engine final : public QIconEngine {
public:
    Engine(QString name, Ink ink) : m_name(std::move(name)), m_ink(ink) {}
    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override {
        const auto& theme = Theme::current();
        draw(*painter, m_name,
             mode == QIcon::Disabled ? theme.color(Ink::muted) : theme.color(m_ink), rect);
    }
    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
        QPixmap out(size);
        out.fill(Qt::transparent);
        QPainter painter(&out);
        paint(&painter, QRect(QPoint(), size), mode, state);
        return out;
    }
    QIconEngine* clone() const override { return new Engine(m_name, m_ink); }

private:
    QString m_name;
    Ink m_ink;
};

}  // namespace

QIcon icon(const QString& name, Ink ink) { return QIcon(new Engine(name, ink)); }

QPixmap iconPixmap(const QString& name, Ink ink, int size, qreal ratio) {
    QPixmap out(qRound(size * ratio), qRound(size * ratio));
    out.setDevicePixelRatio(ratio);
    out.fill(Qt::transparent);
    QPainter painter(&out);
    draw(painter, name, Theme::current().color(ink), QRectF(0, 0, size, size));
    return out;
}

}  // namespace runnel::ui
