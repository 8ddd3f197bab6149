// Theme: every colour, size and font of the window, in one place. Light and dark are two fillings
// of the same palette; sizes follow one scale that the text size setting multiplies. Widgets ask
// for roles ("muted", "title"), never for numbers of their own. See ui/README.md for what each role
// is for.
#pragma once

#include <QColor>
#include <QFont>
#include <QIcon>
#include <QObject>
#include <QString>

namespace runnel::ui {

/// Colour roles. Text on its ground has a contrast of at least 4.5, borders of controls of at
/// least 3.
struct Palette {
    QColor window, surface, sunken;  ///< Grounds: page, card, well.
    QColor line, edge;               ///< Hairline between things; border of a control.
    QColor text, muted;
    QColor accent, onAccent, accentSoft, accentHover;
    QColor good, goodSoft, warn, warnSoft, bad, badSoft, onBad;
    QColor theirs;  ///< The other side's part of a channel.
};

/// What something is drawn with.
enum class Ink { text, muted, accent, onAccent, good, warn, bad, onBad };

/// The type scale.
enum class Type { display, heading, title, lead, body, caption };

enum class Scheme { system, light, dark };

class Theme : public QObject {
    Q_OBJECT
public:
    static Theme& current();

    /// Fonts, palette and style sheet of the whole application; again after each change.
    void apply();
    void setScheme(Scheme scheme);
    /// 1.0 to 2.0.
    void setTextScale(double scale);

    bool isDark() const { return m_dark; }
    double textScale() const { return m_scale; }
    const Palette& colors() const { return m_colors; }
    QColor color(Ink ink) const;
    QFont font(Type type) const;
    int lineHeight(Type type) const;
    /// A length that grows with the text; the rest stays on the grid of 4.
    int px(int length) const;

signals:
    void changed();

private:
    Theme();
    Scheme m_scheme = Scheme::system;
    bool m_dark = false;
    double m_scale = 1.0;
    Palette m_colors;
    QString m_family, m_display_family;
};

/// Distances, on a grid of 4.
namespace space {
inline constexpr int hair = 4, small = 8, medium = 12, normal = 16, large = 24, huge = 32,
                     page = 48;
}
/// Rounded corners of controls and of cards.
inline constexpr int controlRadius = 8, cardRadius = 12;

/// One of resources/icons, drawn in the colour of its role; follows the theme by itself.
QIcon icon(const QString& name, Ink ink = Ink::text);
QPixmap iconPixmap(const QString& name, Ink ink, int size, qreal ratio);

/// The contrast of two opaque colours (WCAG 2), 1 to 21.
double contrast(const QColor& a, const QColor& b);

}  // namespace runnel::ui
